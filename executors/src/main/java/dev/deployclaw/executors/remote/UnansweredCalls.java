package dev.deployclaw.executors.remote;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Finds a host that hangs though its connection lives: a host ends each call within the time that
 * the call names, so several of one operation without an answer, one after the other, mean that it
 * doesn't. Other operations may be answered meanwhile: of a plugin, each call that hangs may hold
 * one of few threads. As many entries as the host has operations. For any thread.
 */
final class UnansweredCalls {
  /** Of one operation in a row. */
  static final int MOST = 3;

  /** The answer to a call that had less time may be late on a busy machine. */
  static final Duration SHORTEST_TIME = Duration.ofSeconds(1);

  /** A deadline runs before the call is sent, so that its interrupt comes up to so much early. */
  private static final int EARLY_PART = 5;

  private final Map<String, Streak> streaks = new ConcurrentHashMap<>();
  private final LongSupplier clock;
  private final Consumer<String> hangs;

  /**
   * @param clock {@link System#nanoTime}
   * @param hangs is told the reason, on the thread of the last call
   */
  UnansweredCalls(LongSupplier clock, Consumer<String> hangs) {
    this.clock = clock;
    this.hangs = hangs;
  }

  private record Streak(int calls, long lastEnded) {}

  /**
   * A call came back. One that was cut off before its time, or whose connection broke, says nothing
   * of the host; calls that were under way together count as one.
   *
   * @param begun by the clock
   * @param time in which the host had to answer
   */
  void note(String operation, boolean answered, long begun, Duration time) {
    if (answered) {
      streaks.remove(operation);
      return;
    }
    long now = clock.getAsLong();
    var least = time.minus(time.dividedBy(EARLY_PART));
    if (time.compareTo(SHORTEST_TIME) < 0 || now - begun < least.toNanos()) {
      return;
    }
    var streak =
        streaks.compute(
            operation,
            (_, before) ->
                before == null
                    ? new Streak(1, now)
                    : begun - before.lastEnded < 0 ? before : new Streak(before.calls + 1, now));
    if (streak.calls >= MOST && streaks.remove(operation, streak)) {
      hangs.accept(MOST + " calls of " + operation + " in a row got no answer");
    }
  }

  /** Another start of the host has hung in none. */
  void forget() {
    streaks.clear();
  }
}
