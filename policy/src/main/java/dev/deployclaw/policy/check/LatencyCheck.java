package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Measured.Trips;
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
final class LatencyCheck {
  private LatencyCheck() {}

  static List<Finding> find(PolicySet set, Measured measured, Thresholds thresholds) {
    if (measured.trips().isEmpty()) {
      return List.of(notMeasured());
    }
    var found = new ArrayList<Finding>();
    long budget = thresholds.decisionBudgetMicros();
    measured
        .trips()
        .forEach((node, trips) -> {
          if (trips.median() > budget) {
            found.add(slow(node, trips, budget));
          } else if (trips.p99() > budget) {
            found.add(atTimes(node, trips, budget));
          }
        });
    long slowest = measured.trips().values().stream().mapToLong(Trips::median).max().orElse(0);
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        if (isTooSmall(limit, slowest)) {
          found.add(tooSmall(About.limit(policy.tenant(), limit.name()), limit, slowest));
        }
      }
    }
    return found;
  }

  private static Finding notMeasured() {
    return About.ESTATE.info(
        Check.LATENCY, "no round trip was measured", "validate where Redis answers", Map.of());
  }

  private static Finding slow(String node, Trips trips, long budget) {
    return About.ESTATE.warning(
        Check.LATENCY,
        "%s takes %s for a decision, gateways wait %s"
            .formatted(node, Phrases.millis(trips.median()), Phrases.millis(budget)),
        "bring the node nearer, or let the gateways wait longer",
        evidence(node, trips, budget));
  }

  private static Finding atTimes(String node, Trips trips, long budget) {
    return About.ESTATE.info(
        Check.LATENCY,
        "%s takes %s for one decision in a hundred, gateways wait %s: those are decided without it"
            .formatted(node, Phrases.millis(trips.p99()), Phrases.millis(budget)),
        "look at the node's load and its network, or let the gateways wait longer",
        evidence(node, trips, budget));
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
        && limit.burst() / limit.cost() < Envelope.accrued(limit, micros);
  }

  private static Finding tooSmall(About about, Limit limit, long micros) {
    long accrued = Envelope.accrued(limit, micros);
    return about.warning(
        Check.LATENCY,
        "%d requests accrue in one round trip of %s, more than the burst holds: the rate is never reached"
            .formatted(accrued, Phrases.millis(micros)),
        "raise burst to " + Math.multiplyExact(accrued, limit.cost()) + " or more",
        Map.of("burst", limit.burst(), "accrued", accrued, "rtt_us", micros));
  }
}
