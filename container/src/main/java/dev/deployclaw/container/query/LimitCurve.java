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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a limit behaves: what the reference model admits of a client that asks evenly, twice as often
 * as the limit's rate, from a window's begin on. Pure.
 */
final class LimitCurve {
  private static final int STEPS = 60;
  private static final int WINDOWS = 2;
  private static final int TIMES = 2;
  private static final long MOST_ASKED = 1_000_000_000_000L;

  private LimitCurve() {}

  /** For JSON; empty where requests have no rate. */
  static Optional<Map<String, Object>> of(Limit limit) {
    return rule(limit)
        .filter(rule -> rule.requests() > 0)
        .map(rule -> {
          var load = Load.of(List.of(rule));
          return Map.of(
              "seconds", load.seconds(), "asked", load.asked(), "admitted", load.admitted(rule));
        });
  }

  /**
   * Two limits under one load, that of the wider one, for JSON; empty where neither has a rate.
   *
   * @param before empty where there is none yet
   * @param after empty where it is gone
   */
  static Optional<Map<String, Object>> compared(Optional<Limit> before, Optional<Limit> after) {
    var was = before.flatMap(LimitCurve::rule);
    var becomes = after.flatMap(LimitCurve::rule);
    var rules = Stream.concat(was.stream(), becomes.stream()).toList();
    if (rules.stream().allMatch(rule -> rule.requests() == 0)) {
      return Optional.empty();
    }
    var load = Load.of(rules);
    var out = new LinkedHashMap<String, Object>();
    out.put("seconds", load.seconds());
    out.put("asked", load.asked());
    was.ifPresent(rule -> out.put("before", load.admitted(rule)));
    becomes.ifPresent(rule -> out.put("after", load.admitted(rule)));
    return Optional.of(out);
  }

  /** As if it were enforced; empty where it counts requests at the same time. */
  private static Optional<LimitRule> rule(Limit limit) {
    var own = LimitRule.of(limit);
    return limit.algorithm() == LimitAlgorithm.CONCURRENCY
        ? Optional.empty()
        : Optional.of(
            new LimitRule(
                own.algorithm(),
                own.requests(),
                own.windowMicros(),
                own.burst(),
                own.cost(),
                EnforcementMode.ENFORCE));
  }

  /**
   * Requests sent evenly.
   *
   * @param span in microseconds
   */
  private record Load(long span, long asked) {
    static Load of(List<LimitRule> rules) {
      long span = WINDOWS * rules.stream().mapToLong(LimitRule::windowMicros).max().orElseThrow();
      double most =
          rules.stream()
              .mapToDouble(r -> (double) r.requests() / r.cost() * span / r.windowMicros())
              .max()
              .orElseThrow();
      return new Load(span, Math.max(STEPS, Math.min(MOST_ASKED, Math.round(TIMES * most))));
    }

    long seconds() {
      return span / 1_000_000;
    }

    /** All that was admitted so far, at the begin and after each step. */
    List<Long> admitted(LimitRule rule) {
      var counters = new HashMap<String, LimitCounter>();
      var charges = List.of(new CounterCharge("counter", rule, 1));
      var out = new ArrayList<>(List.of(0L));
      long begin = WINDOWS * WINDOWS * rule.windowMicros();
      for (int step = 0; step < STEPS; step++) {
        long now = begin + step * span / STEPS;
        long share = (step + 1) * asked / STEPS - step * asked / STEPS;
        var ask = new AdmissionRequest(false, charges, share);
        out.add(out.getLast() + ReferenceModel.decide(counters, ask, now).admitted());
      }
      return out;
    }
  }
}
