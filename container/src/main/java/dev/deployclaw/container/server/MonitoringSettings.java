package dev.deployclaw.container.server;

import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.notification.BackoffPolicy;
import java.util.List;

/**
 * How the estate is watched, and who is told.
 *
 * @param domain tells this estate from others whose notices meet at one receiver
 */
public record MonitoringSettings(
    MonitoringConfig periods,
    List<NotificationSinkConfig> sinks,
    BackoffPolicy patience,
    String domain) {
  public MonitoringSettings {
    sinks = List.copyOf(sinks);
  }
}
