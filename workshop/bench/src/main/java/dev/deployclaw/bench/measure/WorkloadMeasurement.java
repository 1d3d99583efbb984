package dev.deployclaw.bench.measure;

/**
 * What one turn came to.
 *
 * @param calls how many were made
 * @param redisMicros CPU of the Redis server, as it says itself
 * @param ownMicros CPU of this process, in which everybody else is
 */
public record WorkloadMeasurement(long calls, long nanos, long redisMicros, long ownMicros) {
  private static final int NANOS = 1_000;

  long nanosEach() {
    return nanos / calls;
  }

  long redisNanosEach() {
    return redisMicros * NANOS / calls;
  }

  long ownNanosEach() {
    return ownMicros * NANOS / calls;
  }
}
