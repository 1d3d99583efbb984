package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two limits of one policy that the same requests must pass. Reported are a limit that can never
 * bind, since the other always refuses first, and two windows for the same requests and key that
 * contradict each other, as 60 s against 300 s. Windows a factor of {@value #TIER_FACTOR} or more
 * apart are taken for a deliberate pair, a short one for bursts and a long one for the day.
 */
final class ConflictingLimitsCheck {
  static final int TIER_FACTOR = 10;

  private ConflictingLimitsCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      if (!ComparedLimits.isWhole(policy)) {
        found.add(
            FindingSubject.tenant(policy.tenant())
                .warning(
                    CheckKind.CONFLICTING_WINDOWS,
                    "it has %d limits, of which only the first %d were compared"
                        .formatted(policy.limits().size(), ComparedLimits.MOST),
                    "give it fewer limits: each request is matched with all of them",
                    Map.of("limits", policy.limits().size(), "compared", ComparedLimits.MOST)));
      }
      found.addAll(rivals(policy));
    }
    return found;
  }

  /** Of a limit with many rivals the first is named: the findings grow with the limits alone. */
  private static List<PolicyFinding> rivals(TenantPolicy policy) {
    var limits = ComparedLimits.of(policy);
    var found = new ArrayList<PolicyFinding>();
    var named = new HashSet<String>();
    for (int i = 0; i < limits.size(); i++) {
      for (int j = i + 1; j < limits.size(); j++) {
        rivals(policy, limits.get(i), limits.get(j))
            .filter(f -> named.add(f.check() + " " + f.limit().orElse("")))
            .ifPresent(found::add);
      }
    }
    return found;
  }

  /** Whether two limits for the same requests and key can't both be meant, by their windows. */
  static boolean conflict(Limit first, Limit second) {
    boolean same =
        first.match().equals(second.match())
            && first.key().equals(second.key())
            && !first.window().equals(second.window());
    return same
        && rates(first, second)
        && (contradict(first, second)
            || ArrivalCurve.neverBinds(first, second)
            || ArrivalCurve.neverBinds(second, first));
  }

  private static Optional<PolicyFinding> rivals(TenantPolicy policy, Limit first, Limit second) {
    if (LimitMatcher.replaces(first, second) || LimitMatcher.replaces(second, first)) {
      return Optional.empty();
    }
    if (ArrivalCurve.neverBinds(second, first)) {
      return Optional.of(neverBinds(policy, second, first));
    }
    if (ArrivalCurve.neverBinds(first, second)) {
      return Optional.of(neverBinds(policy, first, second));
    }
    return contradict(first, second)
        ? Optional.of(contradiction(policy, first, second))
        : Optional.empty();
  }

  private static PolicyFinding neverBinds(TenantPolicy policy, Limit limit, Limit stricter) {
    boolean windows =
        !limit.window().equals(stricter.window()) && limit.key().equals(stricter.key());
    return FindingSubject.limit(policy.tenant(), limit.name())
        .warning(
            windows ? CheckKind.CONFLICTING_WINDOWS : CheckKind.SHADOWED,
            "%s can never bind: %s covers the same requests and always refuses first"
                .formatted(LimitPhrases.of(limit), LimitPhrases.of(stricter)),
            "remove it, or make it the stricter one",
            evidence(limit, stricter));
  }

  private static boolean contradict(Limit first, Limit second) {
    long a = first.window().toSeconds();
    long b = second.window().toSeconds();
    boolean close = Math.max(a, b) < TIER_FACTOR * Math.min(a, b);
    return a != b
        && close
        && rates(first, second)
        && first.match().equals(second.match())
        && first.key().equals(second.key());
  }

  private static boolean rates(Limit first, Limit second) {
    return rate(first) && rate(second);
  }

  private static boolean rate(Limit limit) {
    return limit.mode() == EnforcementMode.ENFORCE
        && limit.algorithm() != LimitAlgorithm.CONCURRENCY;
  }

  private static PolicyFinding contradiction(TenantPolicy policy, Limit first, Limit second) {
    boolean ordered = first.window().compareTo(second.window()) < 0;
    var shorter = ordered ? first : second;
    var longer = ordered ? second : first;
    long promised = ArrivalCurve.accrued(shorter, longer.window().toSeconds() * 1_000_000L);
    return FindingSubject.limit(policy.tenant(), longer.name())
        .warning(
            CheckKind.CONFLICTING_WINDOWS,
            "%s and %s contradict each other: the first allows %d in the window of the second"
                .formatted(LimitPhrases.of(shorter), LimitPhrases.of(longer), promised),
            "keep one window, or put them a factor of " + TIER_FACTOR + " apart",
            evidence(longer, shorter));
  }

  private static Map<String, Object> evidence(Limit limit, Limit other) {
    return Map.of(
        "other", other.name(),
        "window_s", limit.window().toSeconds(),
        "other_window_s", other.window().toSeconds(),
        "requests", limit.requests(),
        "other_requests", other.requests());
  }
}
