package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigInteger;

/**
 * How many requests a limit admits at most in any interval: an arrival curve as in network calculus
 * (Cruz 1991), here a burst and a rate, or steps of a window. Concurrency limits have none.
 */
public final class ArrivalCurve {
  private ArrivalCurve() {}

  /** Requests admitted at most in any interval of so many microseconds; saturates. */
  public static long most(Limit limit, long micros) {
    return tokens(limit, micros)
        .divide(BigInteger.valueOf(limit.cost()))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  /** What the limit's rate yields in so many microseconds, in requests, rounded down. */
  public static long accrued(Limit limit, long micros) {
    if (limit.algorithm() == LimitAlgorithm.CONCURRENCY) {
      return 0;
    }
    return big(limit.requests())
        .multiply(big(micros))
        .divide(big(windowMicros(limit)).multiply(big(limit.cost())))
        .longValueExact();
  }

  /** Requests a second, for comparing magnitudes. */
  public static double perSecond(Limit limit) {
    return limit.algorithm() == LimitAlgorithm.CONCURRENCY
        ? 0
        : (double) limit.requests() / limit.window().toSeconds() / limit.cost();
  }

  /**
   * Whether {@code limit} never refuses anything because {@code other}, which must pass as well,
   * always refuses first. Sound: yes means proven.
   */
  public static boolean neverBinds(Limit limit, Limit other) {
    return isRate(limit)
        && isRate(other)
        && other.mode() == EnforcementMode.ENFORCE
        && limit.key().containsAll(other.key())
        && LimitMatcher.includes(other.match(), limit.match())
        && isWithin(other, limit);
  }

  /** Whether all that {@code inner} admits stays within what {@code outer} admits. */
  private static boolean isWithin(Limit inner, Limit outer) {
    if (outer.algorithm().bursts()) {
      return isAtMost(burst(inner), inner.cost(), capacity(outer), outer.cost())
          && isAtMost(
              big(inner.requests()).multiply(big(windowMicros(outer))),
              inner.cost(),
              big(outer.requests()).multiply(big(windowMicros(inner))),
              outer.cost());
    }
    return isSmallerTwin(inner, outer)
        || most(inner, memoryMicros(outer)) <= outer.requests() / outer.cost();
  }

  /** The same counting with no more requests: {@code inner} is always at least as full. */
  private static boolean isSmallerTwin(Limit inner, Limit outer) {
    return inner.algorithm() == outer.algorithm()
        && inner.window().equals(outer.window())
        && inner.cost() == outer.cost()
        && inner.requests() <= outer.requests();
  }

  /** How long a request counts: a sliding window forgets up to a sixteenth late. */
  private static long memoryMicros(Limit limit) {
    long window = windowMicros(limit);
    return limit.algorithm() == LimitAlgorithm.SLIDING_WINDOW ? window + window / 16 : window;
  }

  /** Whether a / aCost is at most b / bCost. */
  private static boolean isAtMost(BigInteger a, long aCost, BigInteger b, long bCost) {
    return a.multiply(big(bCost)).compareTo(b.multiply(big(aCost))) <= 0;
  }

  private static BigInteger tokens(Limit limit, long micros) {
    var requests = big(limit.requests());
    return switch (limit.algorithm()) {
      case TOKEN_BUCKET, GCRA ->
          capacity(limit).add(requests.multiply(big(micros)).divide(big(windowMicros(limit))));
      case SLIDING_WINDOW -> requests.multiply(big(windows(limit, micros)));
      case FIXED_WINDOW -> requests.multiply(big(windows(limit, micros) + 1));
      case CONCURRENCY -> requests;
    };
  }

  /** Admitted in an instant: two fixed windows meet in it. */
  private static BigInteger burst(Limit limit) {
    var capacity = capacity(limit);
    return limit.algorithm() == LimitAlgorithm.FIXED_WINDOW ? capacity.shiftLeft(1) : capacity;
  }

  private static BigInteger capacity(Limit limit) {
    return big(LimitRule.of(limit).capacity());
  }

  private static long windows(Limit limit, long micros) {
    return Math.max(1, Math.ceilDiv(micros, windowMicros(limit)));
  }

  private static boolean isRate(Limit limit) {
    return limit.algorithm() != LimitAlgorithm.CONCURRENCY;
  }

  private static long windowMicros(Limit limit) {
    return limit.window().toSeconds() * 1_000_000L;
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
  }
}
