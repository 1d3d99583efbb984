package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Limits that admit nothing at all, and settings that have no effect. */
final class IneffectiveLimitCheck {
  private IneffectiveLimitCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        var about = FindingSubject.limit(policy.tenant(), limit.name());
        admitsNothing(about, limit).ifPresent(found::add);
        unusedBurst(about, limit).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<PolicyFinding> admitsNothing(FindingSubject about, Limit limit) {
    long capacity = LimitRule.of(limit).capacity();
    Map<String, Object> evidence = Map.of("cost", limit.cost(), "capacity", capacity);
    if (limit.requests() == 0) {
      return Optional.of(
          about.warning(
              CheckKind.NEVER_ADMITTED,
              "it admits no request at all",
              "to shut a tenant out and keep its limits, set spec.blocked",
              evidence));
    }
    if (limit.cost() <= capacity) {
      return Optional.empty();
    }
    String reason =
        "a request costs %d, but %s never holds more than %d"
            .formatted(limit.cost(), LimitPhrases.of(limit), capacity);
    String remedy = "raise %s to %d or more".formatted(bound(limit), limit.cost());
    return Optional.of(
        limit.mode() == EnforcementMode.ENFORCE
            ? about.error(CheckKind.NEVER_ADMITTED, reason, remedy, evidence)
            : about.warning(CheckKind.NEVER_ADMITTED, reason, remedy, evidence));
  }

  private static String bound(Limit limit) {
    return limit.algorithm().bursts() ? "burst" : "requests";
  }

  private static Optional<PolicyFinding> unusedBurst(FindingSubject about, Limit limit) {
    if (limit.algorithm().bursts() || limit.burst() == Math.max(1, limit.requests())) {
      return Optional.empty();
    }
    return Optional.of(
        about.info(
            CheckKind.UNUSED_SETTING,
            "burst has no effect with " + limit.algorithm().word(),
            "leave it out, or use token-bucket or gcra",
            Map.of("burst", limit.burst())));
  }
}
