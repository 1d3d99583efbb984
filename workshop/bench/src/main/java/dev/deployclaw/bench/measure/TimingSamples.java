package dev.deployclaw.bench.measure;

import java.util.List;

/** How long one contender took in each round, in nanoseconds, the shortest first. */
public record TimingSamples(List<Long> sortedNanos) {
  public TimingSamples {
    sortedNanos = sortedNanos.stream().sorted().toList();
    if (sortedNanos.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  /** The upper one of the two in the middle. */
  public long median() {
    return sortedNanos.get(sortedNanos.size() / 2);
  }

  /** The smallest that so many of a hundred don't exceed (nearest rank). */
  public long rank(int percent) {
    int rank = Math.ceilDiv(percent * sortedNanos.size(), 100);
    return sortedNanos.get(Math.max(1, rank) - 1);
  }

  public long best() {
    return sortedNanos.getFirst();
  }

  public long worst() {
    return sortedNanos.getLast();
  }
}
