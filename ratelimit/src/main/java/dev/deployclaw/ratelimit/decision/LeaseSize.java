package dev.deployclaw.ratelimit.decision;

/**
 * How many requests of one key are charged ahead. A lease takes what the key's measured rate is
 * sure to spend while it lasts, so that little lapses: one standard deviation below the mean of a
 * Poisson process, by the moving average or the latest measurement, whichever is lower. It takes a
 * share of what the last answer said remains, so that other instances find something near the
 * limit, where leases shrink to one request. After a refusal a key is exact until a request fits
 * again. Belongs to one event loop; times are nanoseconds of a clock that never goes back.
 */
final class LeaseSize {
  /** Requests of one lease. */
  static final long MOST = 10_000;

  /** A lease takes at most one of so many parts of what remains. */
  static final long SHARE = 8;

  private static final long SECOND = 1_000_000_000L;
  private static final long MICRO = 1_000;
  private static final int LONGEST_PAUSE = 2;

  private final long period;
  private long begun;
  private long latest;
  private long counted;
  private double perSecond;
  private double lately;
  private long remaining;
  private long exactUntil;

  /**
   * @param lease how long a lease lasts: the rate is measured over it, and over a second at most
   */
  LeaseSize(long lease, long now) {
    this.period = Math.min(lease, SECOND);
    this.begun = now;
    this.latest = now;
    this.exactUntil = now;
  }

  /** A request came. After a pause nothing is known of the rate. */
  void count(long now) {
    if (now - latest > LONGEST_PAUSE * period) {
      begun = now;
      counted = 0;
      perSecond = 0;
    }
    latest = now;
    counted++;
    long elapsed = now - begun;
    if (elapsed >= period) {
      double measured = (double) counted * SECOND / elapsed;
      double kept = perSecond == 0 ? 0 : Math.pow(2, -(double) elapsed / period);
      perSecond = measured + (perSecond - measured) * kept;
      lately = measured;
      begun = now;
      counted = 0;
    }
  }

  /**
   * What Redis answered.
   *
   * @param left requests that every enforced limit still admits
   * @param waitMicros until a refused one fits; 0 where none was refused
   */
  void told(long left, long waitMicros, long now) {
    remaining = left;
    if (waitMicros > 0) {
      exactUntil = now + waitMicros * MICRO;
    }
  }

  /**
   * How many requests the next call charges; 1 is exact.
   *
   * @param lease how long it lasts; 0 for a limit that is exact
   */
  long next(long lease, long now) {
    if (exactUntil - now > 0) {
      return 1;
    }
    double expected = Math.min(perSecond, lately) * lease / SECOND;
    long sure = (long) (expected - Math.sqrt(expected));
    return Math.clamp(Math.min(sure, remaining / SHARE), 1, MOST);
  }
}
