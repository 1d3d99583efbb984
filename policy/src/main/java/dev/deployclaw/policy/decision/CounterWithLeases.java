package dev.deployclaw.policy.decision;

import java.util.Optional;

/**
 * A counter by time of a limit that was one of concurrency: what is still under way takes its share
 * until it ends.
 *
 * @param counted in the terms of the rule that reads
 */
record CounterWithLeases(ConcurrencyLeases leases, LimitCounter counted) implements LimitCounter {

  static CounterWithLeases read(ConcurrencyLeases leases, LimitRule rule, long now) {
    var live = leases.live(now);
    return new CounterWithLeases(live, LimitCounter.read(live.beside().orElse(null), rule, now));
  }

  @Override
  public LimitCounter rewound(long now) {
    return this;
  }

  @Override
  public LimitCounter kept() {
    return leases;
  }

  @Override
  public long remaining(LimitRule rule) {
    return Math.max(0, counted.remaining(rule) - leases.units());
  }

  @Override
  public LimitCounter plus(AdmittedUnits taken, LimitRule rule, long now) {
    var charged = counted.plus(taken, rule, now);
    return leases.held().isEmpty()
        ? charged
        : new CounterWithLeases(
            new ConcurrencyLeases(leases.held(), Optional.of(charged)), charged);
  }

  @Override
  public long reset(long now) {
    return Math.max(leases.reset(now), counted.reset(now));
  }

  /** At the latest: leases may be released sooner. */
  @Override
  public long waitFor(long cost, LimitRule rule, long now) {
    if (cost > rule.capacity()) {
      return AdmissionDecision.NEVER;
    }
    return cost <= remaining(rule)
        ? 0
        : Math.max(leases.reset(now), counted.waitFor(cost, rule, now));
  }
}
