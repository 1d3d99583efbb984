package dev.deployclaw.policy.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One limit of a tenant.
 *
 * @param name a DNS label, unique within the tenant
 * @param requests admitted per window (concurrency: at the same time), at least 0
 * @param window 1 s to 30 d in whole seconds; {@link Duration#ZERO} for concurrency only
 * @param burst capacity of a bucket, at least 1; equals {@code requests} where not written
 * @param cost what one request takes, at least 1
 */
public record Limit(
    String name,
    Match match,
    List<KeyPart> key,
    Algorithm algorithm,
    long requests,
    Duration window,
    long burst,
    long cost,
    Mode mode,
    Optional<BackendFailure> onBackendFailure) {

  public static final Duration LONGEST_WINDOW = Duration.ofDays(30);

  /** Above this, products with a window in microseconds no longer fit 2^53. */
  public static final long MOST_REQUESTS = 1_000_000_000L;

  public Limit {
    Names.label("limit name", name);
    key = List.copyOf(key);
    require(requests >= 0 && requests <= MOST_REQUESTS, "requests out of range: " + requests);
    require(burst >= 1 && burst <= MOST_REQUESTS, "burst out of range: " + burst);
    require(cost >= 1 && cost <= MOST_REQUESTS, "cost out of range: " + cost);
    boolean windowless = algorithm == Algorithm.CONCURRENCY;
    require(windowless == window.isZero(), "only a concurrency limit has no window");
    require(
        windowless || (window.toSeconds() >= 1 && window.compareTo(LONGEST_WINDOW) <= 0),
        "window out of range: " + window);
    require(
        window.equals(Duration.ofSeconds(window.toSeconds())),
        "window is not in whole seconds: " + window);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
