package dev.deployclaw.container.config;

import dev.deployclaw.policy.replay.RequestAttribution;
import java.nio.file.Path;

/**
 * A gateway's access log, as this machine has it.
 *
 * @param attribution how its requests tell tenant and service
 */
public record AccessLogConfig(String gateway, Path file, RequestAttribution attribution) {}
