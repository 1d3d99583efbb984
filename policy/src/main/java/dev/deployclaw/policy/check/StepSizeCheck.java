package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that a person should approve: by more than a factor, to nothing, to no limit at all, and
 * a move to another root group, which starts with fresh counters.
 */
final class StepSizeCheck {
  private StepSizeCheck() {}

  static List<PolicyFinding> find(PolicySet before, PolicySet after, CheckThresholds thresholds) {
    var found = new ArrayList<PolicyFinding>();
    for (var old : before.tenants().values()) {
      var now = after.tenant(old.tenant());
      if (now.isEmpty()) {
        found.add(removed(old));
        continue;
      }
      found.addAll(steps(old, now.get(), thresholds.largestStep()));
      rootChange(before, after, old).ifPresent(found::add);
    }
    return found;
  }

  private static PolicyFinding removed(TenantPolicy old) {
    return FindingSubject.tenant(old.tenant())
        .warning(
            CheckKind.STEP_SIZE,
            "its policy is removed: it has no limits of its own any more",
            "approve, or put its document back",
            Map.of("limits", old.limits().size()));
  }

  private static List<PolicyFinding> steps(TenantPolicy old, TenantPolicy now, int factor) {
    var found = new ArrayList<PolicyFinding>();
    if (now.blocked() && !old.blocked()) {
      found.add(step(old, Optional.empty(), "to nothing: the tenant is blocked", Map.of()));
    }
    for (Limit limit : old.limits()) {
      if (limit.mode() == EnforcementMode.ENFORCE) {
        step(old, limit, counterpart(now, limit), factor).ifPresent(found::add);
      }
    }
    return found;
  }

  /** The limit of the same name, else the one for the same requests. */
  private static Optional<Limit> counterpart(TenantPolicy now, Limit old) {
    return now.limits().stream()
        .filter(l -> l.name().equals(old.name()))
        .findFirst()
        .or(() -> now.limits().stream().filter(l -> l.match().equals(old.match())).findFirst());
  }

  private static Optional<PolicyFinding> step(
      TenantPolicy tenant, Limit old, Optional<Limit> now, int factor) {
    if (now.isEmpty() || now.get().mode() == EnforcementMode.SHADOW) {
      String how = now.isEmpty() ? "it is removed" : "it is in shadow mode only";
      return Optional.of(
          step(tenant, Optional.of(old.name()), "to unlimited: " + how, evidence(old, now)));
    }
    var limit = now.get();
    String what = LimitPhrases.of(old) + " becomes " + LimitPhrases.of(limit);
    if (limit.requests() == 0 && old.requests() > 0) {
      return Optional.of(
          step(tenant, Optional.of(old.name()), "to nothing: " + what, evidence(old, now)));
    }
    if (!isRateStep(old, limit, factor) && !isCapacityStep(old, limit, factor)) {
      return freshCounters(tenant, old, limit);
    }
    String reason = "by more than a factor of " + factor + ": " + what;
    return Optional.of(step(tenant, Optional.of(old.name()), reason, evidence(old, now)));
  }

  /** Another name or key makes other counters, which begin idle. */
  private static Optional<PolicyFinding> freshCounters(TenantPolicy tenant, Limit old, Limit now) {
    boolean renamed = !now.name().equals(old.name());
    if (!renamed && now.key().equals(old.key())) {
      return Optional.empty();
    }
    long extra = LimitRule.of(now).capacity() / now.cost();
    return Optional.of(
        FindingSubject.limit(tenant.tenant(), old.name())
            .info(
                CheckKind.FRESH_COUNTERS,
                ("its counters start again under another %s: up to %d additional "
                        + "requests for each")
                    .formatted(renamed ? "name" : "key", extra),
                "keep the name and the key if that is too much",
                Map.of("extra_requests", extra, "to", now.name())));
  }

  private static PolicyFinding step(
      TenantPolicy tenant, Optional<String> limit, String reason, Map<String, Object> evidence) {
    return new FindingSubject(Optional.of(tenant.tenant()), limit)
        .warning(CheckKind.STEP_SIZE, reason, "approve, or take a smaller step", evidence);
  }

  private static boolean isRateStep(Limit old, Limit now, int factor) {
    boolean rates =
        old.algorithm() != LimitAlgorithm.CONCURRENCY
            && now.algorithm() != LimitAlgorithm.CONCURRENCY;
    return rates
        && areApart(
            product(old.requests(), now.window().toSeconds(), now.cost()),
            product(now.requests(), old.window().toSeconds(), old.cost()),
            factor);
  }

  private static boolean isCapacityStep(Limit old, Limit now, int factor) {
    return areApart(
        product(LimitRule.of(old).capacity(), now.cost()),
        product(LimitRule.of(now).capacity(), old.cost()),
        factor);
  }

  /** Whether one is more than {@code factor} times the other; zero is no step of a factor. */
  private static boolean areApart(BigInteger a, BigInteger b, int factor) {
    var least = a.min(b);
    return least.signum() > 0 && a.max(b).compareTo(least.multiply(BigInteger.valueOf(factor))) > 0;
  }

  private static BigInteger product(long... factors) {
    return Arrays.stream(factors)
        .mapToObj(BigInteger::valueOf)
        .reduce(BigInteger.ONE, BigInteger::multiply);
  }

  private static Map<String, Object> evidence(Limit old, Optional<Limit> now) {
    return Map.of(
        "before", LimitPhrases.of(old), "after", now.map(LimitPhrases::of).orElse("no limit"));
  }

  private static Optional<PolicyFinding> rootChange(
      PolicySet before, PolicySet after, TenantPolicy old) {
    String from = before.root(old.tenant());
    String to = after.root(old.tenant());
    if (from.equals(to)) {
      return Optional.empty();
    }
    long extra = old.limits().stream().mapToLong(l -> LimitRule.of(l).capacity() / l.cost()).sum();
    return Optional.of(
        FindingSubject.tenant(old.tenant())
            .warning(
                CheckKind.ROOT_CHANGE,
                ("its counters move from the group %s to %s and start again: up to %d "
                        + "additional requests")
                    .formatted(from, to, extra),
                "approve, or keep the group",
                Map.of("from", from, "to", to, "extra_requests", extra)));
  }
}
