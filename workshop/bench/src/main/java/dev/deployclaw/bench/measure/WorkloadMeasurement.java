package dev.deployclaw.bench.measure;

/**
 * What one turn came to.
 *
 * @param calls how many were made
 * @param serverMicros CPU of the server: Redis says its own itself
 * @param ownMicros CPU of this process, in which all but Redis are
 * @param busiestNanos CPU of its busiest thread
 */
public record WorkloadMeasurement(
    long calls, long nanos, long serverMicros, long ownMicros, long busiestNanos) {
  private static final int NANOS = 1_000;

  long nanosEach() {
    return nanos / calls;
  }

  long serverNanosEach() {
    return serverMicros * NANOS / calls;
  }

  long busiestPercent() {
    return busiestNanos * 100 / Math.max(1, nanos);
  }

  long ownNanosEach() {
    return ownMicros * NANOS / calls;
  }
}
