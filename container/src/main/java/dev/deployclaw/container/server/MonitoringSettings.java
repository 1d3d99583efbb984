package dev.deployclaw.container.server;

import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.notification.BackoffPolicy;
import java.util.List;

/**
 * How the estate is watched, and who is told.
 *
 * @param channels where people are told of holds, and decide
 * @param domain tells this estate from others whose notices meet at one receiver
 */
public record MonitoringSettings(
    MonitoringConfig periods,
    List<NotificationSinkConfig> sinks,
    List<ApprovalChannelConfig> channels,
    BackoffPolicy patience,
    String domain) {
  public MonitoringSettings {
    sinks = List.copyOf(sinks);
    channels = List.copyOf(channels);
  }
}
