package dev.deployclaw.container.health;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import java.util.Optional;

/**
 * A back end that every change needs, and how to ask whether it answers.
 *
 * @param trouble why it doesn't; empty where it does. Blocks, and may be interrupted
 */
public record BackendHealthCheck(String name, InterruptibleSupplier<Optional<String>> trouble) {}
