package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.model.LimitAlgorithm;
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
public sealed interface LimitCounter
    permits TokenBucketCounter,
        SlidingWindowCounter,
        FixedWindowCounter,
        ConcurrencyLeases,
        CounterWithLeases {

  /** The counter at {@code now} in the terms of {@code rule}; an absent one is idle. */
  static LimitCounter read(@Nullable LimitCounter stored, LimitRule rule, long now) {
    if (rule.algorithm() == LimitAlgorithm.CONCURRENCY) {
      return ConcurrencyLeases.read(stored, now);
    }
    return stored instanceof ConcurrencyLeases leases
        ? CounterWithLeases.read(leases, rule, now)
        : counted(stored, rule, now);
  }

  /** The same for what counts requests by time. */
  private static LimitCounter counted(@Nullable LimitCounter stored, LimitRule rule, long now) {
    return switch (rule.algorithm()) {
      case TOKEN_BUCKET, GCRA -> TokenBucketCounter.read(stored, rule, now);
      case SLIDING_WINDOW -> SlidingWindowCounter.read(stored, rule, now);
      case FIXED_WINDOW -> FixedWindowCounter.read(stored, rule, now);
      case CONCURRENCY -> throw new IllegalArgumentException("counts no requests");
    };
  }

  /** What the Redis function wrote; empty where a text is no counter. */
  static Optional<LimitCounter> parse(String text) {
    String[] words = text.split(" ", -1);
    try {
      return switch (words[0]) {
        case "tb" -> Optional.of(TokenBucketCounter.parse(words));
        case "sw" -> Optional.of(SlidingWindowCounter.parse(words));
        case "cc" -> Optional.of(ConcurrencyLeases.parse(words));
        case "fw" -> Optional.of(FixedWindowCounter.parse(words));
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
  LimitCounter rewound(long now);

  /** Whole units of cost that {@code rule} still admits. */
  long remaining(LimitRule rule);

  /** The counter with a charge, in the form that {@code rule} keeps. */
  LimitCounter plus(AdmittedUnits taken, LimitRule rule, long now);

  /** What of a counter that a rule has read is to be remembered. */
  default LimitCounter kept() {
    return this;
  }

  /** Until the counter is idle. */
  long reset(long now);

  /** Until {@code cost} fits under {@code rule}. */
  long waitFor(long cost, LimitRule rule, long now);
}
