package dev.deployclaw.policy.check.cluster;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Drift;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
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
public final class ClockDriftCheck {
  private ClockDriftCheck() {}

  public static List<PolicyFinding> find(
      PolicySet set, ClusterMeasurements measured, CheckThresholds thresholds) {
    if (measured.drift().isEmpty()) {
      return List.of(
          FindingSubject.ESTATE.info(
              CheckKind.CLOCK,
              "no clock was measured",
              "validate again when Redis answers",
              Map.of()));
    }
    var drift = measured.drift();
    var found = new ArrayList<PolicyFinding>();
    found.add(summary(drift));
    found.addAll(nodesApart(drift, thresholds.mostDriftMicros()));
    found.addAll(limitsInError(set, spread(drift), thresholds.mostDriftErrorPercent()));
    return found;
  }

  private static PolicyFinding summary(SortedMap<String, Drift> drift) {
    long spread = spread(drift);
    return FindingSubject.ESTATE.info(
        CheckKind.CLOCK,
        "the clocks of %d nodes differ by at most %s"
            .formatted(drift.size(), LimitPhrases.millis(spread)),
        "nothing to do",
        Map.of("nodes", drift.size(), "spread_us", spread));
  }

  private static List<PolicyFinding> nodesApart(SortedMap<String, Drift> drift, long most) {
    var median = median(drift);
    var found = new ArrayList<PolicyFinding>();
    drift.forEach((node, d) -> {
      long apart = d.micros() - median.micros();
      if (Math.abs(apart) > most) {
        found.add(apart(node, apart, d.errorMicros() + median.errorMicros(), most));
      }
    });
    return found;
  }

  private static PolicyFinding apart(String node, long apart, long error, long most) {
    return FindingSubject.ESTATE.warning(
        CheckKind.CLOCK,
        "the clock of %s is %s %s the others', within %s"
            .formatted(
                node,
                LimitPhrases.millis(Math.abs(apart)),
                apart > 0 ? "ahead of" : "behind",
                LimitPhrases.millis(error)),
        "synchronise its clock; up to " + LimitPhrases.millis(most) + " is accepted",
        Map.of("node", node, "drift_us", apart, "error_us", error, "most_us", most));
  }

  private static List<PolicyFinding> limitsInError(PolicySet set, long spread, int mostPercent) {
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        long extra = ArrivalCurve.accrued(limit, spread);
        long capacity = LimitRule.of(limit).capacity() / limit.cost();
        if (extra * 100 > capacity * mostPercent) {
          found.add(
              inError(FindingSubject.limit(policy.tenant(), limit.name()), limit, extra, spread));
        }
      }
    }
    return found;
  }

  private static PolicyFinding inError(FindingSubject about, Limit limit, long extra, long spread) {
    return about.warning(
        CheckKind.CLOCK,
        "after a failover %s may admit %d requests in error, since clocks differ by %s"
            .formatted(LimitPhrases.of(limit), extra, LimitPhrases.millis(spread)),
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
