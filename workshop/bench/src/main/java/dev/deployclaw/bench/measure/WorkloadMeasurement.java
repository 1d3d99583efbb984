package dev.deployclaw.bench.measure;

/**
 * What one turn came to.
 *
 * @param calls how many were made
 * @param redisMicros CPU of the Redis server, as it says itself
 * @param ownMicros CPU of this process, in which all others are
 * @param busiestNanos CPU of its busiest thread
 */
public record WorkloadMeasurement(
    long calls, long nanos, long redisMicros, long ownMicros, long busiestNanos) {
  private static final int NANOS = 1_000;

  long nanosEach() {
    return nanos / calls;
  }

  long redisNanosEach() {
    return redisMicros * NANOS / calls;
  }

  /** How much of the turn the busiest thread worked, in percent. */
  long busiestPercent() {
    return busiestNanos * 100 / Math.max(1, nanos);
  }

  long ownNanosEach() {
    return ownMicros * NANOS / calls;
  }
}
