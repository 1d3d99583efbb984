package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.Matching;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Mode;
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
final class RivalLimitsCheck {
  static final int TIER_FACTOR = 10;

  private RivalLimitsCheck() {}

  static List<Finding> find(PolicySet set) {
    var found = new ArrayList<Finding>();
    for (var policy : set.tenants().values()) {
      if (!Compared.isWhole(policy)) {
        found.add(tooMany(policy));
      }
      found.addAll(rivals(policy));
    }
    return found;
  }

  /** Of a limit with many rivals the first is named: the findings grow with the limits alone. */
  private static List<Finding> rivals(TenantPolicy policy) {
    var limits = Compared.of(policy);
    var found = new ArrayList<Finding>();
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
            || Envelope.neverBinds(first, second)
            || Envelope.neverBinds(second, first));
  }

  private static Finding tooMany(TenantPolicy policy) {
    return About.tenant(policy.tenant())
        .warning(
            Check.CONFLICTING_WINDOWS,
            "it has %d limits, of which only the first %d were compared"
                .formatted(policy.limits().size(), Compared.MOST),
            "give it fewer: each request is matched with all of them",
            Map.of("limits", policy.limits().size(), "compared", Compared.MOST));
  }

  private static Optional<Finding> rivals(TenantPolicy policy, Limit first, Limit second) {
    if (Matching.replaces(first, second) || Matching.replaces(second, first)) {
      return Optional.empty();
    }
    if (Envelope.neverBinds(second, first)) {
      return Optional.of(neverBinds(policy, second, first));
    }
    if (Envelope.neverBinds(first, second)) {
      return Optional.of(neverBinds(policy, first, second));
    }
    return contradict(first, second)
        ? Optional.of(contradiction(policy, first, second))
        : Optional.empty();
  }

  private static Finding neverBinds(TenantPolicy policy, Limit limit, Limit stricter) {
    boolean windows =
        !limit.window().equals(stricter.window()) && limit.key().equals(stricter.key());
    return About.limit(policy.tenant(), limit.name())
        .warning(
            windows ? Check.CONFLICTING_WINDOWS : Check.SHADOWED,
            "%s can never bind: %s covers the same requests and always refuses first"
                .formatted(Phrases.of(limit), Phrases.of(stricter)),
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
    return limit.mode() == Mode.ENFORCE && limit.algorithm() != Algorithm.CONCURRENCY;
  }

  private static Finding contradiction(TenantPolicy policy, Limit first, Limit second) {
    boolean ordered = first.window().compareTo(second.window()) < 0;
    var shorter = ordered ? first : second;
    var longer = ordered ? second : first;
    long promised = Envelope.accrued(shorter, longer.window().toSeconds() * 1_000_000L);
    return About.limit(policy.tenant(), longer.name())
        .warning(
            Check.CONFLICTING_WINDOWS,
            "%s and %s contradict: the first comes to %d in the window of the second"
                .formatted(Phrases.of(shorter), Phrases.of(longer), promised),
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
