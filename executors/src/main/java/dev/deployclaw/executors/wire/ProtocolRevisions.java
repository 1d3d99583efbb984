package dev.deployclaw.executors.wire;

import java.util.Optional;

/**
 * Revisions of the protocol that a side speaks, both inclusive.
 *
 * @param oldest at least 1
 */
public record ProtocolRevisions(int oldest, int newest) {
  /** What this build speaks. */
  public static final ProtocolRevisions SPOKEN = new ProtocolRevisions(1, 1);

  public ProtocolRevisions {
    if (oldest < 1 || newest < oldest) {
      throw new IllegalArgumentException("no revisions: " + oldest + " to " + newest);
    }
  }

  /** The newest that both speak. */
  public Optional<Integer> common(int othersOldest, int othersNewest) {
    int best = Math.min(newest, othersNewest);
    return best >= Math.max(oldest, othersOldest) ? Optional.of(best) : Optional.empty();
  }

  @Override
  public String toString() {
    return oldest + " to " + newest;
  }
}
