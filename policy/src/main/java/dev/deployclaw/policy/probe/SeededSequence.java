package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.json.CanonicalJson;
import java.util.Collections;
import java.util.List;

/**
 * A sequence of numbers that follows from its seed alone: no chance is in it. Each number is a hash
 * of seed and position. Single-threaded.
 */
final class SeededSequence {
  private static final int DIGITS = 15;

  private final String seed;
  private int drawn;

  SeededSequence(String seed) {
    this.seed = seed;
  }

  /** From 0 to below {@code bound}, which is at least 1. */
  long below(long bound) {
    String text = seed + "#" + drawn++;
    String hash = CanonicalJson.sha256(text);
    return Long.parseLong(hash.substring(0, DIGITS), 16) % bound;
  }

  /** Puts a list into an order of its own (Fisher and Yates). */
  void shuffle(List<?> list) {
    for (int last = list.size() - 1; last > 0; last--) {
      Collections.swap(list, last, Math.toIntExact(below(last + 1L)));
    }
  }
}
