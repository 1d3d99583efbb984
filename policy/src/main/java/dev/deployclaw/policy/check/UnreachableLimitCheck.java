package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Limits that no request reaches: a more specific route takes them all, no gateway routes there, or
 * gateways refuse the path.
 */
final class UnreachableLimitCheck {
  private UnreachableLimitCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    var routed =
        set.gateways().values().stream()
            .flatMap(g -> g.routes().stream())
            .map(Gateway.Route::service)
            .collect(Collectors.toSet());
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        taken(policy, limit).ifPresent(found::add);
        unrouted(policy, limit, routed).ifPresent(found::add);
        refused(policy, limit).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<PolicyFinding> taken(TenantPolicy policy, Limit limit) {
    return ComparedLimits.of(policy).stream()
        .filter(
            l -> LimitMatcher.replaces(l, limit) && LimitMatcher.includes(l.match(), limit.match()))
        .findFirst()
        .map(taker ->
            FindingSubject.limit(policy.tenant(), limit.name())
                .warning(
                    CheckKind.SHADOWED,
                    "no request reaches it: the route of " + taker.name() + " takes them all",
                    "remove it, or make its route the more specific one",
                    Map.of("taken_by", taker.name())));
  }

  /** Nothing is said while no gateway is configured. */
  private static Optional<PolicyFinding> unrouted(
      TenantPolicy policy, Limit limit, Set<String> routed) {
    return limit
        .match()
        .service()
        .filter(s -> !routed.isEmpty() && !routed.contains(s))
        .map(service ->
            FindingSubject.limit(policy.tenant(), limit.name())
                .warning(
                    CheckKind.SHADOWED,
                    "no gateway routes to the service " + service,
                    "correct the service's name, or add the route to a gateway",
                    Map.of("service", service)));
  }

  /** Only a gateway that passes all spellings passes such a path, and no probe tries it. */
  private static Optional<PolicyFinding> refused(TenantPolicy policy, Limit limit) {
    return limit
        .match()
        .route()
        .filter(route -> !RequestShape.isPlain(route))
        .map(route ->
            FindingSubject.limit(policy.tenant(), limit.name())
                .warning(
                    CheckKind.SHADOWED,
                    "gateways refuse its path: it has ; or \\, a control character, or text that"
                        + " reads as percent-encoding",
                    "name a route without them; docs/concepts/gateways.md says why",
                    Map.of("route", route)));
  }
}
