package dev.deployclaw.container.query;

import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a limit behaves: what the reference model admits of a client that asks evenly, twice as often
 * as the limit's rate, from a window's begin on. Pure.
 */
final class LimitCurve {
  private static final int STEPS = 60;
  private static final int WINDOWS = 2;
  private static final int TIMES = 2;
  private static final String COUNTER = "counter";

  private LimitCurve() {}

  /** For JSON; empty where requests have no rate. */
  static Optional<Map<String, Object>> of(Limit limit) {
    if (limit.algorithm() == LimitAlgorithm.CONCURRENCY || limit.requests() == 0) {
      return Optional.empty();
    }
    var own = LimitRule.of(limit);
    var rule =
        new LimitRule(
            own.algorithm(),
            own.requests(),
            own.windowMicros(),
            own.burst(),
            own.cost(),
            EnforcementMode.ENFORCE);
    long span = WINDOWS * rule.windowMicros();
    long asked = Math.max(STEPS, TIMES * WINDOWS * rule.requests() / rule.cost());
    return Optional.of(
        Map.of(
            "seconds", span / 1_000_000, "asked", asked, "admitted", admitted(rule, span, asked)));
  }

  /** All that was admitted so far, at the begin and after each step. */
  private static List<Long> admitted(LimitRule rule, long span, long asked) {
    var counters = new HashMap<String, LimitCounter>();
    var charges = List.of(new CounterCharge(COUNTER, rule, 1));
    var out = new ArrayList<>(List.of(0L));
    long begin = WINDOWS * span;
    for (int step = 0; step < STEPS; step++) {
      long now = begin + step * span / STEPS;
      long share = (step + 1) * asked / STEPS - step * asked / STEPS;
      var ask = new AdmissionRequest(false, charges, share);
      out.add(out.getLast() + ReferenceModel.decide(counters, ask, now).admitted());
    }
    return out;
  }
}
