package dev.deployclaw.policy.decide;

import java.util.Optional;

/**
 * A counter by time of a limit that was one of concurrency: what is still under way takes its share
 * until it ends.
 *
 * @param counted in the terms of the rule that reads
 */
record Shared(Leases leases, Counter counted) implements Counter {

  static Shared read(Leases leases, Rule rule, long now) {
    var live = leases.live(now);
    return new Shared(live, Counter.read(live.beside().orElse(null), rule, now));
  }

  @Override
  public Counter rewound(long now) {
    return this;
  }

  @Override
  public Counter kept() {
    return leases;
  }

  @Override
  public long remaining(Rule rule) {
    return Math.max(0, counted.remaining(rule) - leases.units());
  }

  @Override
  public Counter plus(Taken taken, Rule rule, long now) {
    var charged = counted.plus(taken, rule, now);
    return leases.held().isEmpty()
        ? charged
        : new Shared(new Leases(leases.held(), Optional.of(charged)), charged);
  }

  @Override
  public long reset(long now) {
    return Math.max(leases.reset(now), counted.reset(now));
  }

  /** At the latest: leases may be released sooner. */
  @Override
  public long waitFor(long cost, Rule rule, long now) {
    if (cost > rule.capacity()) {
      return Decision.NEVER;
    }
    return cost <= remaining(rule)
        ? 0
        : Math.max(leases.reset(now), counted.waitFor(cost, rule, now));
  }
}
