package dev.deployclaw.container.notification;

import dev.deployclaw.core.environment.AgentClock;
import java.util.function.BiConsumer;

/**
 * By what couriers go.
 *
 * @param tally is told of each sink's outcome: {@code delivered}, {@code retried}, …
 */
public record DeliverySettings(
    BackoffPolicy patience, AgentClock time, BiConsumer<String, String> tally) {}
