package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A sink that receives alerts.
 *
 * @param name of the sink, unique; names its folder of pending deliveries and its metrics
 * @param events words of {@link #EVENTS}: what it is told of
 */
public record NotificationSinkConfig(String name, Target target, Set<String> events) {
  /** Told to all who want to know of the enforcement, since nothing else is told then. */
  private static final String ACCESS_DENIED = "access-denied";

  private static final Set<String> ENFORCEMENT = Set.of("not-enforced", "enforcement-unknown");

  /** All that can be told of. */
  public static final List<String> EVENTS =
      List.of(
          "not-enforced",
          "enforcement-unknown",
          ACCESS_DENIED,
          "regressed",
          "violation",
          "tampered",
          "fork",
          "repair",
          "not-shipped",
          "frozen",
          "put-back",
          "drift",
          "execution",
          "held");

  public NotificationSinkConfig {
    var all = new TreeSet<>(events);
    if (events.stream().anyMatch(ENFORCEMENT::contains)) {
      all.add(ACCESS_DENIED);
    }
    events = Set.copyOf(all);
  }

  /** Where it listens, and what it is shown. */
  public sealed interface Target {
    /**
     * Prometheus' Alertmanager, API v2.
     *
     * @param url without the path {@code /api/v2/alerts}
     * @param token a bearer token; empty for none
     */
    record Alertmanager(String url, SecretValue token) implements Target {}

    /** PagerDuty's Events API v2. */
    record PagerDuty(String url, SecretValue routingKey) implements Target {}

    /**
     * Any other receiver of JSON.
     *
     * @param secret signs each body (HMAC-SHA256)
     */
    record Webhook(String url, SecretValue secret) implements Target {
      /** A webhook's address may itself be what lets one in. */
      @Override
      public String toString() {
        return "Webhook[***]";
      }
    }
  }
}
