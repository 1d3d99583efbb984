package dev.deployclaw.bench.wall;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.ArrayList;
import java.util.List;

/**
 * How long calls took.
 *
 * @param median in nanoseconds
 * @param rare the 99th of a hundred, in nanoseconds
 * @param alone calls a second of one caller
 * @param together calls a second of several callers
 */
record CallTimes(long median, long rare, double alone, double together) {
  private static final int RARE = 99;
  private static final double NANOS_PER_SECOND = 1e9;

  /** For one thread. */
  static final class Collected {
    private final List<Long> nanos = new ArrayList<>();

    void add(long one) {
      nanos.add(one);
    }

    CallTimes times(double together) {
      var samples = new TimingSamples(nanos);
      double all = nanos.stream().mapToLong(Long::longValue).sum();
      return new CallTimes(
          samples.median(), samples.rank(RARE), nanos.size() * NANOS_PER_SECOND / all, together);
    }
  }
}
