package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import java.time.Duration;
import java.util.Map;

/**
 * Where traces and metrics are sent, by OTLP over HTTP.
 *
 * @param endpoint of the collector; traces go to {@code /v1/traces} below it, metrics to {@code
 *     /v1/metrics}
 * @param headers of each request, such as one that lets us in
 * @param service by which the collector knows this agent
 * @param bounds how often, and for how long it is tried
 */
public record TelemetryConfig(
    String endpoint,
    Map<String, SecretValue> headers,
    String service,
    boolean traces,
    boolean metrics,
    Bounds bounds) {
  public TelemetryConfig {
    headers = Map.copyOf(headers);
  }

  /**
   * How long things may take.
   *
   * @param interval between two sendings of the metrics
   * @param timeout of one request
   * @param flush at the end of the process, for all that is left
   */
  public record Bounds(Duration interval, Duration timeout, Duration flush) {}
}
