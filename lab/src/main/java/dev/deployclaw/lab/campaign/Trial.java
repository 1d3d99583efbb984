package dev.deployclaw.lab.campaign;

import dev.deployclaw.testkit.SeededLoop;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One disturbance of one task. Which one follows from the seed and the number alone, so that any
 * trial can be repeated without those before it.
 */
record Trial(long seed, int number, Kind kind) {
  /** Every second trial is a step; of these the other kinds come by in turn. */
  private static final List<Kind> DECK =
      List.of(
          Kind.INSTANT,
          Kind.PAUSE,
          Kind.OUTAGE,
          Kind.LINK,
          Kind.FAILOVER,
          Kind.TORN,
          Kind.DISK,
          Kind.ROLLOUT,
          Kind.INSTANT,
          Kind.OUTAGE,
          Kind.POD,
          Kind.LINK,
          Kind.INSTANT,
          Kind.PAUSE,
          Kind.MACHINE,
          Kind.OUTAGE);

  /** A prime, so that neighbouring numbers of neighbouring seeds have nothing in common. */
  private static final long SPREAD = 1_000_003;

  /**
   * @param kinds that may be drawn
   */
  static Trial of(long seed, int number, List<Kind> kinds) {
    var others = DECK.stream().filter(kinds::contains).toList();
    boolean step = kinds.contains(Kind.STEP) && (number % 2 == 0 || others.isEmpty());
    return new Trial(
        seed, number, step ? Kind.STEP : others.get(turn(number, kinds) % others.size()));
  }

  /** How many of its half came before it. */
  int turn() {
    return number / 2;
  }

  private static int turn(int number, List<Kind> kinds) {
    return kinds.contains(Kind.STEP) ? number / 2 : number;
  }

  RandomGenerator random() {
    return SeededLoop.random(seed * SPREAD + number);
  }

  @Override
  public String toString() {
    return "trial " + number + " of seed " + seed + ", " + kind.word();
  }
}
