package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Measured.Drift;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The clocks of the Redis nodes against each other. After a failover a bucket goes on under another
 * node's clock, so it admits in error what its rate yields in the difference: rate x drift. Nodes
 * are judged against their median, so that our own clock doesn't matter.
 */
final class ClockCheck {
  private ClockCheck() {}

  static List<Finding> find(PolicySet set, Measured measured, Thresholds thresholds) {
    if (measured.drift().isEmpty()) {
      return List.of(
          About.ESTATE.info(
              Check.CLOCK, "no clock was measured", "validate where Redis answers", Map.of()));
    }
    var drift = measured.drift();
    var found = new ArrayList<Finding>();
    found.add(summary(drift));
    found.addAll(nodesApart(drift, thresholds.mostDriftMicros()));
    found.addAll(limitsInError(set, spread(drift), thresholds.mostDriftErrorPercent()));
    return found;
  }

  private static Finding summary(SortedMap<String, Drift> drift) {
    long spread = spread(drift);
    return About.ESTATE.info(
        Check.CLOCK,
        "the clocks of %d nodes differ by at most %s"
            .formatted(drift.size(), Phrases.millis(spread)),
        "nothing to do",
        Map.of("nodes", drift.size(), "spread_us", spread));
  }

  private static List<Finding> nodesApart(SortedMap<String, Drift> drift, long most) {
    var median = median(drift);
    var found = new ArrayList<Finding>();
    drift.forEach((node, d) -> {
      long apart = d.micros() - median.micros();
      if (Math.abs(apart) > most) {
        found.add(apart(node, apart, d.errorMicros() + median.errorMicros(), most));
      }
    });
    return found;
  }

  private static Finding apart(String node, long apart, long error, long most) {
    return About.ESTATE.warning(
        Check.CLOCK,
        "the clock of %s is %s %s the others', within %s"
            .formatted(
                node,
                Phrases.millis(Math.abs(apart)),
                apart > 0 ? "ahead of" : "behind",
                Phrases.millis(error)),
        "synchronise its clock; up to " + Phrases.millis(most) + " is accepted",
        Map.of("node", node, "drift_us", apart, "error_us", error, "most_us", most));
  }

  private static List<Finding> limitsInError(PolicySet set, long spread, int mostPercent) {
    var found = new ArrayList<Finding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        long extra = Envelope.accrued(limit, spread);
        long capacity = Rule.of(limit).capacity() / limit.cost();
        if (extra * 100 > capacity * mostPercent) {
          found.add(inError(About.limit(policy.tenant(), limit.name()), limit, extra, spread));
        }
      }
    }
    return found;
  }

  private static Finding inError(About about, Limit limit, long extra, long spread) {
    return about.warning(
        Check.CLOCK,
        "after a failover %s may admit %d requests in error, since clocks differ by %s"
            .formatted(Phrases.of(limit), extra, Phrases.millis(spread)),
        "synchronise the clocks of the Redis nodes",
        Map.of("extra_requests", extra, "spread_us", spread));
  }

  /** The largest possible difference of two clocks, the bounds of the measurement included. */
  private static long spread(SortedMap<String, Drift> drift) {
    var all = drift.values();
    long latest = all.stream().mapToLong(d -> d.micros() + d.errorMicros()).max().orElse(0);
    long earliest = all.stream().mapToLong(d -> d.micros() - d.errorMicros()).min().orElse(0);
    return all.size() < 2 ? 0 : latest - earliest;
  }

  private static Drift median(SortedMap<String, Drift> drift) {
    var sorted = drift.values().stream().sorted(Comparator.comparingLong(Drift::micros)).toList();
    return sorted.get((sorted.size() - 1) / 2);
  }
}
