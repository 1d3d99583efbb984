package dev.deployclaw.container.config;

import java.time.Duration;

/**
 * How often {@code serve} looks whether what is committed is enforced.
 *
 * @param heartbeat between two rounds of synthetic requests through every enforcement point
 * @param drift between two looks at the whole estate
 */
public record MonitoringConfig(Duration heartbeat, Duration drift) {
  /** What holds where nothing is said. */
  public static final MonitoringConfig DEFAULT =
      new MonitoringConfig(Duration.ofSeconds(30), Duration.ofMinutes(5));
}
