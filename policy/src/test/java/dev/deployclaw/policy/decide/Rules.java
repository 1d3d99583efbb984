package dev.deployclaw.policy.decide;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Mode;

/** Short ways to write rules in tests. */
final class Rules {
  static final long SECOND = 1_000_000;

  private Rules() {}

  static Rule bucket(long requests, long seconds, long burst) {
    return new Rule(Algorithm.TOKEN_BUCKET, requests, seconds * SECOND, burst, 1, Mode.ENFORCE);
  }

  static Rule window(long requests, long seconds) {
    return new Rule(
        Algorithm.SLIDING_WINDOW, requests, seconds * SECOND, requests, 1, Mode.ENFORCE);
  }

  static Rule fixed(long requests, long seconds) {
    return new Rule(Algorithm.FIXED_WINDOW, requests, seconds * SECOND, requests, 1, Mode.ENFORCE);
  }

  static Rule gcra(long requests, long seconds, long burst) {
    return new Rule(Algorithm.GCRA, requests, seconds * SECOND, burst, 1, Mode.ENFORCE);
  }

  static Rule atOnce(long requests, long leaseSeconds) {
    return new Rule(
        Algorithm.CONCURRENCY, requests, leaseSeconds * SECOND, requests, 1, Mode.ENFORCE);
  }

  /** Requests a microsecond. */
  static double rate(Rule rule) {
    return (double) rule.requests() / rule.windowMicros();
  }

  static Rule costing(Rule rule, long cost) {
    return new Rule(
        rule.algorithm(), rule.requests(), rule.windowMicros(), rule.burst(), cost, rule.mode());
  }

  static Rule shadow(Rule rule) {
    return new Rule(
        rule.algorithm(),
        rule.requests(),
        rule.windowMicros(),
        rule.burst(),
        rule.cost(),
        Mode.SHADOW);
  }
}
