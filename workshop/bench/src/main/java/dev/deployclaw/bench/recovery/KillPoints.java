package dev.deployclaw.bench.recovery;

import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Where agents are to be killed: at calls of a change, as a seed says. By turns it is before a
 * publish that leaves somebody behind, at a call before the commit, and at any call after it.
 */
final class KillPoints {
  private static final List<String> BEHIND =
      List.of("before redis.publish#1", "before gateway.publish#1");
  private static final String COMMITTED = ".publish#";
  private static final int TURNS = 3;

  private final List<String> before;
  private final List<String> after;
  private final RandomGenerator random;
  private int drawn;

  /**
   * @param calls of a change that nobody disturbed, in their order
   */
  KillPoints(List<String> calls, long seed) {
    var committed = calls.stream().filter(c -> c.contains(COMMITTED)).findFirst().orElseThrow();
    int commit = calls.indexOf(committed);
    this.before = List.copyOf(calls.subList(0, commit));
    this.after = List.copyOf(calls.subList(commit, calls.size()));
    this.random = new Random(seed);
  }

  /** The next one, as {@code DEPLOYCLAW_STOP_AT} takes it. */
  String next() {
    return switch (drawn++ % TURNS) {
      case 0 -> any(BEHIND);
      case 1 -> moment() + any(before);
      default -> moment() + any(after);
    };
  }

  private String moment() {
    return random.nextBoolean() ? "before " : "after ";
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
