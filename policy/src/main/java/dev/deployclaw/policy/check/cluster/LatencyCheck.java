package dev.deployclaw.policy.check.cluster;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Trips;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measured round trips against what is asked of them: a gateway's patience, which half of them
 * exceed, or one in a hundred; and buckets smaller than what flows in during one round trip, which
 * can't reach their own rate. All limits of a request are decided in one call, so their number
 * doesn't count.
 */
public final class LatencyCheck {
  private LatencyCheck() {}

  public static List<PolicyFinding> find(
      PolicySet set, ClusterMeasurements measured, CheckThresholds thresholds) {
    if (measured.trips().isEmpty()) {
      return List.of(
          FindingSubject.ESTATE.info(
              CheckKind.LATENCY,
              "no round trip was measured",
              "validate again when Redis answers",
              Map.of()));
    }
    var found = new ArrayList<PolicyFinding>();
    long budget = thresholds.decisionBudgetMicros();
    measured
        .trips()
        .forEach((node, trips) -> {
          if (trips.median() > budget) {
            found.add(
                FindingSubject.ESTATE.warning(
                    CheckKind.LATENCY,
                    "%s takes %s for a decision, gateways wait %s"
                        .formatted(
                            node, LimitPhrases.millis(trips.median()), LimitPhrases.millis(budget)),
                    "move the node closer, or let the gateways wait longer",
                    evidence(node, trips, budget)));
          } else if (trips.p99() > budget) {
            found.add(
                FindingSubject.ESTATE.info(
                    CheckKind.LATENCY,
                    ("%s takes %s for one decision in a hundred, gateways wait %s: these requests "
                            + "are decided as their limits' onBackendFailure says")
                        .formatted(
                            node, LimitPhrases.millis(trips.p99()), LimitPhrases.millis(budget)),
                    "look at the node's load and its network, or let the gateways wait longer",
                    evidence(node, trips, budget)));
          }
        });
    long slowest = measured.trips().values().stream().mapToLong(Trips::median).max().orElse(0);
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        if (isTooSmall(limit, slowest)) {
          found.add(tooSmall(FindingSubject.limit(policy.tenant(), limit.name()), limit, slowest));
        }
      }
    }
    return found;
  }

  private static Map<String, Object> evidence(String node, Trips trips, long budget) {
    return Map.of(
        "node", node,
        "rtt_us", trips.median(),
        "best_us", trips.best(),
        "p99_us", trips.p99(),
        "budget_us", budget);
  }

  private static boolean isTooSmall(Limit limit, long micros) {
    return limit.algorithm().bursts()
        && limit.burst() / limit.cost() < ArrivalCurve.accrued(limit, micros);
  }

  private static PolicyFinding tooSmall(FindingSubject about, Limit limit, long micros) {
    long accrued = ArrivalCurve.accrued(limit, micros);
    return about.warning(
        CheckKind.LATENCY,
        "%d requests accrue in one round trip of %s, more than the burst holds: the rate is never reached"
            .formatted(accrued, LimitPhrases.millis(micros)),
        "raise burst to " + Math.multiplyExact(accrued, limit.cost()) + " or more",
        Map.of("burst", limit.burst(), "accrued", accrued, "rtt_us", micros));
  }
}
