package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Limits that admit nothing at all, and settings that have no effect. */
final class AdmissionCheck {
  private AdmissionCheck() {}

  static List<Finding> find(PolicySet set) {
    var found = new ArrayList<Finding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        var about = About.limit(policy.tenant(), limit.name());
        admitsNothing(about, limit).ifPresent(found::add);
        unusedBurst(about, limit).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<Finding> admitsNothing(About about, Limit limit) {
    long capacity = Rule.of(limit).capacity();
    Map<String, Object> evidence = Map.of("cost", limit.cost(), "capacity", capacity);
    if (limit.requests() == 0) {
      return Optional.of(
          about.warning(
              Check.NEVER_ADMITTED,
              "it admits no request at all",
              "to shut a tenant out and keep its limits, set spec.blocked",
              evidence));
    }
    if (limit.cost() <= capacity) {
      return Optional.empty();
    }
    String reason =
        "a request costs %d, but %s never holds more than %d"
            .formatted(limit.cost(), Phrases.of(limit), capacity);
    String remedy = "raise %s to %d or more".formatted(bound(limit), limit.cost());
    return Optional.of(
        limit.mode() == Mode.ENFORCE
            ? about.error(Check.NEVER_ADMITTED, reason, remedy, evidence)
            : about.warning(Check.NEVER_ADMITTED, reason, remedy, evidence));
  }

  private static String bound(Limit limit) {
    return limit.algorithm().bursts() ? "burst" : "requests";
  }

  private static Optional<Finding> unusedBurst(About about, Limit limit) {
    if (limit.algorithm().bursts() || limit.burst() == Math.max(1, limit.requests())) {
      return Optional.empty();
    }
    return Optional.of(
        about.info(
            Check.UNUSED_SETTING,
            "burst has no effect with " + limit.algorithm().word(),
            "leave it out, or use token-bucket or gcra",
            Map.of("burst", limit.burst())));
  }
}
