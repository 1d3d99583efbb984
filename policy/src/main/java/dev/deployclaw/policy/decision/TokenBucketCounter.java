package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket, kept as the debt that drains at the rule's rate: tokens are capacity minus debt.
 * It is GCRA as well, whose theoretical arrival time is the stamp plus what the debt takes to drain
 * (ITU-T I.371, annex A: both always say the same).
 *
 * <p>Debt and not tokens, because an idle counter then is zero whatever its limit becomes, so it
 * may vanish. The debt is {@code debt + fraction / windowMicros}, exact at any rate: in {@code dt}
 * microseconds {@code dt * requests / windowMicros} drain.
 *
 * @param requests of the rule that wrote it
 * @param windowMicros of the rule that wrote it
 * @param fraction in units of 1/windowMicros, below windowMicros
 * @param stamp when the debt was this
 */
record TokenBucketCounter(long requests, long windowMicros, long debt, long fraction, long stamp)
    implements LimitCounter {

  static TokenBucketCounter read(@Nullable LimitCounter stored, LimitRule rule, long now) {
    return switch (stored) {
      case null -> new TokenBucketCounter(rule.requests(), rule.windowMicros(), 0, 0, now);
      case TokenBucketCounter bucket -> bucket.under(rule, now);
      case SlidingWindowCounter window -> replay(window, rule, now);
      case FixedWindowCounter window -> window.owed().under(rule, now);
      case ConcurrencyLeases _, CounterWithLeases _ ->
          throw new IllegalArgumentException("leases are no debt");
    };
  }

  /** {@code tb requests window debt fraction stamp}. */
  static TokenBucketCounter parse(String[] words) {
    return new TokenBucketCounter(
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]));
  }

  private TokenBucketCounter under(LimitRule rule, long now) {
    var own = drained(now);
    if (requests == rule.requests() && windowMicros == rule.windowMicros()) {
      return own;
    }
    var kept = own.restated(rule);
    var others = restated(rule).drained(now);
    boolean keptIsLess =
        kept.debt != others.debt ? kept.debt < others.debt : kept.fraction < others.fraction;
    return keptIsLess ? kept : others;
  }

  /** What the bucket would hold had it been charged at the end of each slot. */
  private static TokenBucketCounter replay(SlidingWindowCounter window, LimitRule rule, long now) {
    var live = window.live(now);
    var bucket = new TokenBucketCounter(rule.requests(), rule.windowMicros(), 0, 0, 0);
    for (var slot : live.slots().entrySet()) {
      long end = Math.min(now, (slot.getKey() + 1) * live.slotMicros());
      bucket = bucket.drained(end).charged(slot.getValue());
    }
    return bucket.drained(now);
  }

  /** The debt in another rule's fraction, rounded up. */
  private TokenBucketCounter restated(LimitRule rule) {
    var part = divide(fraction, rule.windowMicros(), windowMicros);
    long up = part.whole() + (part.rest() > 0 ? 1 : 0);
    boolean carry = up == rule.windowMicros();
    return new TokenBucketCounter(
        rule.requests(), rule.windowMicros(), carry ? debt + 1 : debt, carry ? 0 : up, stamp);
  }

  private TokenBucketCounter drained(long now) {
    var out = divide(now - stamp, requests, windowMicros);
    long whole = debt - out.whole();
    long part = fraction - out.rest();
    if (part < 0) {
      whole--;
      part += windowMicros;
    }
    return whole < 0
        ? new TokenBucketCounter(requests, windowMicros, 0, 0, now)
        : new TokenBucketCounter(requests, windowMicros, whole, part, now);
  }

  /** Whole units of debt, a fraction counting as one. */
  long held() {
    return debt + (fraction > 0 ? 1 : 0);
  }

  private TokenBucketCounter charged(long cost) {
    return new TokenBucketCounter(requests, windowMicros, debt + cost, fraction, stamp);
  }

  @Override
  public LimitCounter rewound(long now) {
    return now < stamp ? new TokenBucketCounter(requests, windowMicros, debt, fraction, now) : this;
  }

  @Override
  public long remaining(LimitRule rule) {
    return Math.max(0, rule.capacity() - held());
  }

  @Override
  public LimitCounter plus(AdmittedUnits taken, LimitRule rule, long now) {
    return rule.algorithm() == LimitAlgorithm.SLIDING_WINDOW
        ? SlidingWindowCounter.holding(held() + taken.cost(), rule, now)
        : charged(taken.cost());
  }

  @Override
  public long reset(long now) {
    return drainTime(debt);
  }

  @Override
  public long waitFor(long cost, LimitRule rule, long now) {
    if (cost > rule.capacity()) {
      return AdmissionDecision.NEVER;
    }
    long over = debt + cost - rule.capacity();
    return over < 0 ? 0 : drainTime(over);
  }

  /** Microseconds until {@code whole} tokens and the fraction have drained, rounded up. */
  private long drainTime(long whole) {
    if (whole == 0 && fraction == 0) {
      return 0;
    }
    if (requests == 0) {
      return AdmissionDecision.NEVER;
    }
    var micros = divide(windowMicros, whole, requests);
    long rest = micros.rest() + fraction;
    return Math.min(AdmissionDecision.NEVER, micros.whole() + Math.ceilDiv(rest, requests));
  }

  private record Quotient(long whole, long rest) {}

  /** {@code a * b / m}, exact; the whole part saturates. Most products fit a long. */
  private static Quotient divide(long a, long b, long m) {
    long product = a * b;
    return product >= 0 && Math.multiplyHigh(a, b) == 0
        ? new Quotient(product / m, product % m)
        : divideLarge(a, b, m);
  }

  private static Quotient divideLarge(long a, long b, long m) {
    var parts =
        BigInteger.valueOf(a)
            .multiply(BigInteger.valueOf(b))
            .divideAndRemainder(BigInteger.valueOf(m));
    long whole = parts[0].bitLength() > 61 ? 1L << 61 : parts[0].longValue();
    return new Quotient(whole, parts[1].longValue());
  }
}
