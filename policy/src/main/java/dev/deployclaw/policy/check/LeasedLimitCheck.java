package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Leased limits whose lease is long against the window, holds less than one request, or is never
 * used because an exact limit covers the same requests.
 */
final class LeasedLimitCheck {
  /** A unit may be spent one lease after it was charged: at most a tenth of the window. */
  static final int FEWEST_LEASES = 10;

  private LeasedLimitCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        limit.precision().lease().ifPresent(_ -> find(set, policy, limit, found));
      }
    }
    return found;
  }

  private static void find(
      PolicySet set, TenantPolicy policy, Limit limit, List<PolicyFinding> found) {
    var lease = limit.precision().lease().orElseThrow();
    var about = FindingSubject.limit(policy.tenant(), limit.name());
    tooLong(about, limit, lease).ifPresent(found::add);
    empty(about, limit, lease).ifPresent(found::add);
    neverUsed(about, exactOnes(set, policy, limit)).ifPresent(found::add);
  }

  private static Optional<PolicyFinding> tooLong(
      FindingSubject about, Limit limit, Duration lease) {
    var least = lease.multipliedBy(FEWEST_LEASES);
    if (limit.window().compareTo(least) >= 0) {
      return Optional.empty();
    }
    var longest = limit.window().dividedBy(FEWEST_LEASES);
    return Optional.of(
        about.warning(
            CheckKind.LEASED,
            "a lease of %s is long for the window of %s: a request may count that much earlier"
                .formatted(PolicyYamlWriter.lease(lease), PolicyYamlWriter.window(limit.window())),
            "lease it for %s at most, or widen the window to %d s"
                .formatted(PolicyYamlWriter.lease(longest), Math.ceilDiv(least.toMillis(), 1_000)),
            evidence(limit, lease)));
  }

  /** Fewer than one request a lease: nearly every request asks Redis all the same. */
  private static Optional<PolicyFinding> empty(FindingSubject about, Limit limit, Duration lease) {
    boolean one =
        Math.multiplyExact(limit.requests(), lease.toMillis())
            >= Math.multiplyExact(limit.cost(), limit.window().toMillis());
    if (one || limit.requests() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        about.info(
            CheckKind.LEASED,
            "%s allows less than one request in a lease of %s: leases bring nothing"
                .formatted(LimitPhrases.of(limit), PolicyYamlWriter.lease(lease)),
            "leave precision out",
            evidence(limit, lease)));
  }

  private static Optional<PolicyFinding> neverUsed(FindingSubject about, List<AppliedLimit> exact) {
    return exact.stream()
        .findFirst()
        .map(other ->
            about.info(
                CheckKind.LEASED,
                "its lease is never used: %s/%s is exact and covers the same requests"
                    .formatted(other.owner(), other.limit().name()),
                "leave precision out, or lease " + other.limit().name() + " too",
                Map.of("exact", other.owner() + "/" + other.limit().name())));
  }

  /**
   * A limit without a route applies to all that it covers; another may replace one with a route.
   */
  private static List<AppliedLimit> exactOnes(PolicySet set, TenantPolicy policy, Limit limit) {
    return TenantHierarchy.chain(set, policy.tenant()).stream()
        .flatMap(p -> ComparedLimits.of(p).stream().map(l -> new AppliedLimit(p.tenant(), l)))
        .filter(other -> other.limit().precision().isExact())
        .filter(other -> other.limit().match().route().isEmpty())
        .filter(other -> LimitMatcher.includes(other.limit().match(), limit.match()))
        .toList();
  }

  private static Map<String, Object> evidence(Limit limit, Duration lease) {
    return Map.of("lease_ms", lease.toMillis(), "window_s", limit.window().toSeconds());
  }
}
