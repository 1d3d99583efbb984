package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The measured round trip against what is asked of it: a gateway's patience, and buckets smaller
 * than what flows in during one round trip, which can't reach their own rate.
 */
final class LatencyCheck {
  private LatencyCheck() {}

  static List<Finding> find(PolicySet set, Measured measured, Thresholds thresholds) {
    if (measured.rttMicros().isEmpty()) {
      return List.of(notMeasured());
    }
    var found = new ArrayList<Finding>();
    measured
        .rttMicros()
        .forEach((node, micros) -> {
          if (micros > thresholds.decisionBudgetMicros()) {
            found.add(slow(node, micros, thresholds.decisionBudgetMicros()));
          }
        });
    long slowest = Collections.max(measured.rttMicros().values());
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

  private static Finding slow(String node, long micros, long budget) {
    return About.ESTATE.warning(
        Check.LATENCY,
        "%s takes %s for a decision, gateways wait %s"
            .formatted(node, Phrases.millis(micros), Phrases.millis(budget)),
        "bring the node nearer, or let the gateways wait longer",
        Map.of("node", node, "rtt_us", micros, "budget_us", budget));
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
