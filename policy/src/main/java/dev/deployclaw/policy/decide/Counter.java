package dev.deployclaw.policy.decide;

import dev.deployclaw.policy.model.Algorithm;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a limit remembers between requests, in the terms of the rule that wrote it. Immutable; times
 * are microseconds.
 *
 * <p>A counter outlives its rule. Read under another rule it holds the smaller of what its own rule
 * and the reading rule would still hold, and it keeps its form until a request is admitted. So a
 * changed limit is no free second bucket, neither is the way back, and nobody waits longer than the
 * kinder of the two rules asks.
 */
public sealed interface Counter permits Bucket, Window, FixedWindow, Leases, Shared {

  /** The counter at {@code now} in the terms of {@code rule}; an absent one is idle. */
  static Counter read(@Nullable Counter stored, Rule rule, long now) {
    if (rule.algorithm() == Algorithm.CONCURRENCY) {
      return Leases.read(stored, now);
    }
    return stored instanceof Leases leases
        ? Shared.read(leases, rule, now)
        : counted(stored, rule, now);
  }

  /** The same for what counts requests by time. */
  private static Counter counted(@Nullable Counter stored, Rule rule, long now) {
    return switch (rule.algorithm()) {
      case TOKEN_BUCKET, GCRA -> Bucket.read(stored, rule, now);
      case SLIDING_WINDOW -> Window.read(stored, rule, now);
      case FIXED_WINDOW -> FixedWindow.read(stored, rule, now);
      case CONCURRENCY -> throw new IllegalArgumentException("counts no requests");
    };
  }

  /** What the Redis function wrote; empty where a text is no counter. */
  static Optional<Counter> parse(String text) {
    String[] words = text.split(" ", -1);
    try {
      return switch (words[0]) {
        case "tb" -> Optional.of(Bucket.parse(words));
        case "sw" -> Optional.of(Window.parse(words));
        case "cc" -> Optional.of(Leases.parse(words));
        case "fw" -> Optional.of(FixedWindow.parse(words));
        default -> Optional.empty();
      };
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * The same counter after the clock stepped back behind it: what was charged counts as charged
   * now. The error is at most the step. Returns this where the clock didn't step back. Leases that
   * ended are gone from it for good.
   */
  Counter rewound(long now);

  /** Whole units of cost that {@code rule} still admits. */
  long remaining(Rule rule);

  /** The counter with a charge, in the form that {@code rule} keeps. */
  Counter plus(Taken taken, Rule rule, long now);

  /** What of a counter that a rule has read is to be remembered. */
  default Counter kept() {
    return this;
  }

  /** Until the counter is idle. */
  long reset(long now);

  /** Until {@code cost} fits under {@code rule}. */
  long waitFor(long cost, Rule rule, long now);
}
