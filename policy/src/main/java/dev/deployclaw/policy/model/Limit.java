package dev.deployclaw.policy.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One limit of a tenant.
 *
 * @param name a DNS label, unique within the tenant
 * @param requests admitted per window, at least 0; with concurrency at the same time, and at most
 *     {@link #MOST_AT_ONCE}
 * @param window 1 s to 30 d in whole seconds; with concurrency the lease, 1 s to 1 d: how long a
 *     request holds its place at most when nobody releases it. Zero stands for {@link
 *     #DEFAULT_LEASE} there
 * @param burst capacity of a bucket, at least 1; equals {@code requests} where not written
 * @param cost what one request takes, at least 1
 * @param precision exact with concurrency
 */
public record Limit(
    String name,
    RequestMatch match,
    List<CounterKeyPart> key,
    LimitAlgorithm algorithm,
    long requests,
    Duration window,
    long burst,
    long cost,
    EnforcementMode mode,
    Optional<BackendFailureMode> onBackendFailure,
    LimitPrecision precision) {

  public static final Duration LONGEST_WINDOW = Duration.ofDays(30);
  public static final Duration LONGEST_LEASE = Duration.ofDays(1);
  public static final Duration DEFAULT_LEASE = Duration.ofMinutes(1);

  /** Each request that is under way stands in Redis by itself. */
  public static final long MOST_AT_ONCE = 100_000;

  /** Above this, products with a window in microseconds no longer fit 2^53. */
  public static final long MOST_REQUESTS = 1_000_000_000L;

  public Limit {
    DnsLabel.label("limit name", name);
    key = List.copyOf(key);
    require(requests >= 0 && requests <= MOST_REQUESTS, "requests out of range: " + requests);
    require(burst >= 1 && burst <= MOST_REQUESTS, "burst out of range: " + burst);
    require(cost >= 1 && cost <= MOST_REQUESTS, "cost out of range: " + cost);
    boolean held = algorithm == LimitAlgorithm.CONCURRENCY;
    require(!held || requests <= MOST_AT_ONCE, "too many at the same time: " + requests);
    require(!held || precision.isExact(), "a concurrency limit can't be leased");
    window = held && window.isZero() ? DEFAULT_LEASE : window;
    var longest = held ? LONGEST_LEASE : LONGEST_WINDOW;
    require(
        window.toSeconds() >= 1 && window.compareTo(longest) <= 0,
        "window out of range: " + window);
    require(
        window.equals(Duration.ofSeconds(window.toSeconds())),
        "window is not in whole seconds: " + window);
  }

  /**
   * An enforced and exact token bucket of a whole tenant, which holds what it gets in a window, or
   * one.
   */
  public static Limit tokenBucket(String name, RequestMatch match, long requests, Duration window) {
    return new Limit(
        name,
        match,
        List.of(),
        LimitAlgorithm.TOKEN_BUCKET,
        requests,
        window,
        Math.max(1, requests),
        1,
        EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.EXACT);
  }

  /** Of what differs most, since it is asked of each limit of a large set. */
  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + Long.hashCode(requests)) + Long.hashCode(burst);
  }

  /** The same with this much over this window. */
  public Limit admitting(long amount, Duration over, long atOnce) {
    return new Limit(
        name, match, key, algorithm, amount, over, atOnce, cost, mode, onBackendFailure, precision);
  }

  public Limit named(String other) {
    return new Limit(
        other,
        match,
        key,
        algorithm,
        requests,
        window,
        burst,
        cost,
        mode,
        onBackendFailure,
        precision);
  }

  /** The same with a counter for each value of these parts. */
  public Limit per(List<CounterKeyPart> parts) {
    return new Limit(
        name,
        match,
        parts,
        algorithm,
        requests,
        window,
        burst,
        cost,
        mode,
        onBackendFailure,
        precision);
  }

  public Limit by(LimitAlgorithm other) {
    return new Limit(
        name, match, key, other, requests, window, burst, cost, mode, onBackendFailure, precision);
  }

  public Limit in(EnforcementMode other) {
    return new Limit(
        name,
        match,
        key,
        algorithm,
        requests,
        window,
        burst,
        cost,
        other,
        onBackendFailure,
        precision);
  }

  public Limit in(LimitPrecision other) {
    return new Limit(
        name, match, key, algorithm, requests, window, burst, cost, mode, onBackendFailure, other);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
