package dev.deployclaw.ratelimit.redis;

import java.time.Duration;

/**
 * Tells whether a node is worth asking (Nygard, "Release It!"): after several calls in a row that
 * it didn't answer in time it isn't, but for one call now and then, and for longer each time. An
 * answer in time closes the circuit again. Belongs to one event loop.
 */
final class CircuitBreaker {
  /** Calls in a row. */
  static final int TRIPS_AFTER = 5;

  private static final long FIRST_PAUSE = Duration.ofMillis(100).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(2).toNanos();

  private int late;
  private boolean open;
  private long retryAt;
  private long pause = FIRST_PAUSE;

  /** Whether a call may be sent; where the circuit is open, the one call that tries it. */
  boolean admits(long now) {
    if (!open) {
      return true;
    }
    if (now - retryAt < 0) {
      return false;
    }
    pause = Math.min(LONGEST_PAUSE, pause * 2);
    retryAt = now + pause;
    return true;
  }

  /**
   * Some calls weren't answered in time.
   *
   * @return whether the circuit opened by that
   */
  boolean late(int calls, long now) {
    late += calls;
    boolean trips = !open && late >= TRIPS_AFTER;
    if (trips) {
      open = true;
      retryAt = now + pause;
    }
    return trips;
  }

  /**
   * The node answered in time.
   *
   * @return whether the circuit closed by that
   */
  boolean answered() {
    boolean closes = open;
    late = 0;
    open = false;
    pause = FIRST_PAUSE;
    return closes;
  }
}
