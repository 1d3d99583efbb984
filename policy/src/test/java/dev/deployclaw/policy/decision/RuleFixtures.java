package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;

/** Short ways to write rules in tests. */
final class RuleFixtures {
  static final long SECOND = 1_000_000;

  private RuleFixtures() {}

  static LimitRule bucket(long requests, long seconds, long burst) {
    return new LimitRule(
        LimitAlgorithm.TOKEN_BUCKET, requests, seconds * SECOND, burst, 1, EnforcementMode.ENFORCE);
  }

  static LimitRule window(long requests, long seconds) {
    return new LimitRule(
        LimitAlgorithm.SLIDING_WINDOW,
        requests,
        seconds * SECOND,
        requests,
        1,
        EnforcementMode.ENFORCE);
  }

  static LimitRule fixed(long requests, long seconds) {
    return new LimitRule(
        LimitAlgorithm.FIXED_WINDOW,
        requests,
        seconds * SECOND,
        requests,
        1,
        EnforcementMode.ENFORCE);
  }

  static LimitRule gcra(long requests, long seconds, long burst) {
    return new LimitRule(
        LimitAlgorithm.GCRA, requests, seconds * SECOND, burst, 1, EnforcementMode.ENFORCE);
  }

  static LimitRule atOnce(long requests, long leaseSeconds) {
    return new LimitRule(
        LimitAlgorithm.CONCURRENCY,
        requests,
        leaseSeconds * SECOND,
        requests,
        1,
        EnforcementMode.ENFORCE);
  }

  /** Requests a microsecond. */
  static double rate(LimitRule rule) {
    return (double) rule.requests() / rule.windowMicros();
  }

  static LimitRule costing(LimitRule rule, long cost) {
    return new LimitRule(
        rule.algorithm(), rule.requests(), rule.windowMicros(), rule.burst(), cost, rule.mode());
  }

  static LimitRule shadow(LimitRule rule) {
    return new LimitRule(
        rule.algorithm(),
        rule.requests(),
        rule.windowMicros(),
        rule.burst(),
        rule.cost(),
        EnforcementMode.SHADOW);
  }
}
