package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigInteger;
import java.util.Collection;
import java.util.OptionalLong;

/** How long counters take to forget, in microseconds. */
final class CounterIdleTime {
  /** A clock that is moved further ahead leaves the range of exact numbers: some four years. */
  static final long LONGEST = 1L << 47;

  private static final long MARGIN = 1_000_000;

  private CounterIdleTime() {}

  /** From exhausted to idle; empty where that takes too long to be of use. */
  static OptionalLong after(LimitRule rule) {
    var micros = BigInteger.valueOf(rule.windowMicros()).multiply(BigInteger.TWO);
    if (rule.algorithm().bursts() && rule.requests() > 0) {
      micros =
          BigInteger.valueOf(rule.windowMicros())
              .multiply(BigInteger.valueOf(rule.capacity()))
              .divide(BigInteger.valueOf(rule.requests()));
    }
    return bounded(micros.add(BigInteger.valueOf(MARGIN)));
  }

  /**
   * The smallest step of at least {@code least} that is a multiple of every window that is aligned
   * to the clock, so that a history moved by it meets the same slots.
   */
  static OptionalLong step(Collection<LimitRule> rules, long least) {
    var multiple = BigInteger.ONE;
    for (var rule : rules) {
      if (rule.algorithm() == LimitAlgorithm.SLIDING_WINDOW
          || rule.algorithm() == LimitAlgorithm.FIXED_WINDOW) {
        var window = BigInteger.valueOf(rule.windowMicros());
        multiple = multiple.divide(multiple.gcd(window)).multiply(window);
        if (bounded(multiple).isEmpty()) {
          return OptionalLong.empty();
        }
      }
    }
    var times = BigInteger.valueOf(least).add(multiple).subtract(BigInteger.ONE).divide(multiple);
    return bounded(times.max(BigInteger.ONE).multiply(multiple));
  }

  private static OptionalLong bounded(BigInteger micros) {
    return micros.compareTo(BigInteger.valueOf(LONGEST)) > 0
        ? OptionalLong.empty()
        : OptionalLong.of(micros.longValueExact());
  }
}
