package dev.deployclaw.policy.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How closely a limit follows each request. An exact one is charged by every request. A leased one
 * may be charged ahead, for several requests at once, which a service then admits by itself for as
 * long as the lease lasts. It never admits more than an exact one; it may refuse up to a lease too
 * early, and a unit may be spent one lease later than it was charged.
 *
 * @param lease 10 ms to 10 s in whole milliseconds; empty where the limit is exact
 */
public record LimitPrecision(Optional<Duration> lease) {
  public static final Duration SHORTEST_LEASE = Duration.ofMillis(10);
  public static final Duration LONGEST_LEASE = Duration.ofSeconds(10);

  /**
   * The shortest lease that an Envoy can be given a quota of, since it reads whole seconds alone;
   * and how long one passes or refuses all requests where there is no quota.
   */
  public static final Duration SHORTEST_QUOTA = Duration.ofSeconds(2);

  public static final LimitPrecision EXACT = new LimitPrecision(Optional.empty());

  public LimitPrecision {
    lease.ifPresent(LimitPrecision::require);
  }

  public static LimitPrecision leased(Duration lease) {
    return new LimitPrecision(Optional.of(lease));
  }

  public boolean isExact() {
    return lease.isEmpty();
  }

  private static void require(Duration lease) {
    boolean inRange = lease.compareTo(SHORTEST_LEASE) >= 0 && lease.compareTo(LONGEST_LEASE) <= 0;
    if (!inRange || !lease.equals(Duration.ofMillis(lease.toMillis()))) {
      throw new IllegalArgumentException("lease out of range: " + lease);
    }
  }
}
