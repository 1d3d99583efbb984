package dev.deployclaw.policy.decision;

import org.jspecify.annotations.Nullable;

/**
 * A fixed window: what was charged since it began, forgotten when it ends. Two windows meet, so a
 * moment may see twice the limit. Windows are aligned to the clock, those of a week to Monday (1970
 * began on a Thursday).
 *
 * <p>Only a rule of the same window forgets at its end. To any other rule it is what a bucket of
 * its own rate, charged when it was charged last, still owes. The other way round a debt that was
 * met stays one until the window in which it was last charged is over: a switch is no end of a
 * window.
 *
 * @param requests of the rule that wrote it
 * @param slot which window, by number
 * @param stamp when it was last charged
 */
record FixedWindowCounter(long requests, long windowMicros, long slot, long units, long stamp)
    implements LimitCounter {
  private static final long MONDAY = 3L * 86_400 * 1_000_000;

  static LimitCounter read(@Nullable LimitCounter stored, LimitRule rule, long now) {
    long window = rule.windowMicros();
    long current = slot(now, window);
    if (stored instanceof FixedWindowCounter fixed && fixed.windowMicros() == window) {
      return fixed.slot() == current ? fixed : idle(rule, now);
    }
    var owed = TokenBucketCounter.read(stored, rule, now);
    if (owed.held() == 0) {
      return idle(rule, now);
    }
    boolean over =
        stored instanceof TokenBucketCounter bucket && slot(bucket.stamp(), window) < current;
    return over ? new FixedWindowCounter(rule.requests(), window, current, owed.held(), now) : owed;
  }

  /** {@code fw requests window slot units stamp}. */
  static FixedWindowCounter parse(String[] words) {
    return new FixedWindowCounter(
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]));
  }

  private static FixedWindowCounter idle(LimitRule rule, long now) {
    long window = rule.windowMicros();
    return new FixedWindowCounter(rule.requests(), window, slot(now, window), 0, now);
  }

  private static long slot(long at, long window) {
    return Math.floorDiv(at + MONDAY, window);
  }

  TokenBucketCounter owed() {
    return new TokenBucketCounter(requests, windowMicros, units, 0, stamp);
  }

  private long end() {
    return (slot + 1) * windowMicros - MONDAY;
  }

  @Override
  public LimitCounter rewound(long now) {
    return stamp <= now
        ? this
        : new FixedWindowCounter(
            requests, windowMicros, Math.min(slot, slot(now, windowMicros)), units, now);
  }

  @Override
  public long remaining(LimitRule rule) {
    return Math.max(0, rule.capacity() - units);
  }

  @Override
  public LimitCounter plus(AdmittedUnits taken, LimitRule rule, long now) {
    return new FixedWindowCounter(rule.requests(), windowMicros, slot, units + taken.cost(), now);
  }

  @Override
  public long reset(long now) {
    return units == 0 ? 0 : end() - now;
  }

  @Override
  public long waitFor(long cost, LimitRule rule, long now) {
    if (cost > rule.capacity()) {
      return AdmissionDecision.NEVER;
    }
    return units + cost <= rule.capacity() ? 0 : end() - now;
  }
}
