package dev.deployclaw.container.config;

import java.util.List;
import java.util.Set;

/**
 * Somebody who is told of what is amiss.
 *
 * @param name of the sink, unique; names its folder of pending deliveries and its metrics
 * @param events words of {@link #EVENTS}: what it is told of
 */
public record Notify(String name, Target target, Set<String> events) {
  /** All that can be told of. */
  public static final List<String> EVENTS =
      List.of(
          "not-enforced",
          "enforcement-unknown",
          "regressed",
          "fork",
          "repair",
          "not-shipped",
          "frozen",
          "put-back",
          "drift",
          "execution",
          "held");

  public Notify {
    events = Set.copyOf(events);
  }

  /** Where it listens, and what it is shown. */
  public sealed interface Target {
    /**
     * Prometheus' Alertmanager, API v2.
     *
     * @param url without the path {@code /api/v2/alerts}
     * @param token a bearer token; empty for none
     */
    record Alertmanager(String url, Secret token) implements Target {}

    /** PagerDuty's Events API v2. */
    record PagerDuty(String url, Secret routingKey) implements Target {}

    /**
     * Any other receiver of JSON.
     *
     * @param secret signs each body (HMAC-SHA256)
     */
    record Webhook(String url, Secret secret) implements Target {
      /** A webhook's address may itself be what lets one in. */
      @Override
      public String toString() {
        return "Webhook[***]";
      }
    }
  }
}
