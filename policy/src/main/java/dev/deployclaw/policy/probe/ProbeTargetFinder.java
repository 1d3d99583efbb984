package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What there is to test in a policy set: every enforced limit once, a group's through that of its
 * tenants where the fewest other limits stand in the way. A group itself asks for nothing.
 */
final class ProbeTargetFinder {
  private final PolicySet set;
  private final List<Gateway> gateways;
  private final List<TenantPolicy> askers;
  private final Map<String, List<TenantPolicy>> below = new HashMap<>();
  private final Set<String> touched = new HashSet<>();
  private final List<ProbeTarget> found = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  private ProbeTargetFinder(PolicySet set, List<Gateway> gateways) {
    this.set = set;
    this.gateways = gateways;
    var groups =
        set.tenants().values().stream()
            .flatMap(t -> t.parent().stream())
            .collect(Collectors.toSet());
    this.askers =
        set.tenants().values().stream().filter(t -> !groups.contains(t.tenant())).toList();
    for (var tenant : askers) {
      if (!TenantHierarchy.blocked(set, tenant.tenant())) {
        TenantHierarchy.chain(set, tenant.tenant())
            .forEach(o -> below.computeIfAbsent(o.tenant(), _ -> new ArrayList<>()).add(tenant));
      }
    }
  }

  static ProbeTargetFinder of(PolicySet set, List<Gateway> gateways) {
    var targets = new ProbeTargetFinder(set, gateways);
    for (var owner : set.tenants().values()) {
      owner.limits().forEach(l -> targets.addLimit(new AppliedLimit(owner.tenant(), l)));
    }
    targets.askers.forEach(targets::addUntouched);
    return targets;
  }

  /** At least one for each tenant that can be asked for. */
  List<ProbeTarget> found() {
    return found;
  }

  List<String> leftOut() {
    return leftOut;
  }

  private void addLimit(AppliedLimit limit) {
    String name = limit.limit().name() + " of " + limit.owner();
    var open = below.getOrDefault(limit.owner(), List.of());
    var reaching = open.stream().flatMap(t -> target(t, limit).stream()).toList();
    if (open.isEmpty()) {
      leftOut.add(name + ": no tenant below it that isn't blocked");
    } else if (limit.limit().mode() == EnforcementMode.SHADOW) {
      leftOut.add(name + ": a shadow limit refuses nothing");
    } else if (reaching.isEmpty()) {
      leftOut.add(name + ": no request through these gateways meets it");
    } else {
      reaching.stream()
          .filter(ProbeTargetFinder::testable)
          .min(Comparator.comparingInt(t -> t.applied().size()))
          .ifPresentOrElse(
              this::add,
              () -> leftOut.add(name + ": its requests meet a limit that can't be tested"));
    }
  }

  /** A tenant without a limit of its own is tested by its group's, or just seen to pass. */
  private void addUntouched(TenantPolicy tenant) {
    if (touched.contains(tenant.tenant())) {
      return;
    }
    inherited(tenant)
        .or(() -> ProbeTarget.anywhere(set, gateways, tenant))
        .filter(ProbeTargetFinder::testable)
        .ifPresent(this::addVisit);
  }

  private void addVisit(ProbeTarget target) {
    add(target);
    if (target.limit().isEmpty()) {
      leftOut.add(
          target.tenant()
              + (target.blocked()
                  ? ": is blocked, every request is refused"
                  : ": no limit refuses it"));
    }
  }

  private void add(ProbeTarget target) {
    found.add(target);
    touched.add(target.tenant());
  }

  private Optional<ProbeTarget> inherited(TenantPolicy tenant) {
    if (TenantHierarchy.blocked(set, tenant.tenant())) {
      return Optional.empty();
    }
    return TenantHierarchy.chain(set, tenant.tenant()).stream()
        .flatMap(o -> o.limits().stream().map(l -> new AppliedLimit(o.tenant(), l)))
        .filter(l -> l.limit().mode() == EnforcementMode.ENFORCE)
        .flatMap(l -> target(tenant, l).stream())
        .findFirst();
  }

  private Optional<ProbeTarget> target(TenantPolicy tenant, AppliedLimit limit) {
    return ProbeTarget.of(set, gateways, tenant, limit);
  }

  private static boolean testable(ProbeTarget target) {
    return target.applied().stream().map(AppliedLimit::limit).allMatch(ProbeTargetFinder::forgets);
  }

  private static boolean forgets(Limit limit) {
    return CounterIdleTime.after(LimitRule.of(limit)).isPresent();
  }
}
