package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.match.Applied;
import dev.deployclaw.policy.match.Hierarchy;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Mode;
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
final class Targets {
  private final PolicySet set;
  private final List<Gateway> gateways;
  private final List<TenantPolicy> askers;
  private final Map<String, List<TenantPolicy>> below = new HashMap<>();
  private final Set<String> touched = new HashSet<>();
  private final List<Target> found = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  private Targets(PolicySet set, List<Gateway> gateways) {
    this.set = set;
    this.gateways = gateways;
    var groups =
        set.tenants().values().stream()
            .flatMap(t -> t.parent().stream())
            .collect(Collectors.toSet());
    this.askers =
        set.tenants().values().stream().filter(t -> !groups.contains(t.tenant())).toList();
    for (var tenant : askers) {
      if (!Hierarchy.blocked(set, tenant.tenant())) {
        Hierarchy.chain(set, tenant.tenant())
            .forEach(o -> below.computeIfAbsent(o.tenant(), _ -> new ArrayList<>()).add(tenant));
      }
    }
  }

  static Targets of(PolicySet set, List<Gateway> gateways) {
    var targets = new Targets(set, gateways);
    for (var owner : set.tenants().values()) {
      owner.limits().forEach(l -> targets.addLimit(new Applied(owner.tenant(), l)));
    }
    targets.askers.forEach(targets::addUntouched);
    return targets;
  }

  /** At least one for each tenant that can be asked for. */
  List<Target> found() {
    return found;
  }

  List<String> leftOut() {
    return leftOut;
  }

  private void addLimit(Applied limit) {
    String name = limit.limit().name() + " of " + limit.owner();
    var open = below.getOrDefault(limit.owner(), List.of());
    var reaching = open.stream().flatMap(t -> target(t, limit).stream()).toList();
    if (open.isEmpty()) {
      leftOut.add(name + ": no tenant below it that isn't blocked");
    } else if (limit.limit().mode() == Mode.SHADOW) {
      leftOut.add(name + ": a shadow limit refuses nothing");
    } else if (reaching.isEmpty()) {
      leftOut.add(name + ": no request through these gateways meets it");
    } else {
      reaching.stream()
          .filter(Targets::testable)
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
        .or(() -> Target.anywhere(set, gateways, tenant))
        .filter(Targets::testable)
        .ifPresent(this::addVisit);
  }

  private void addVisit(Target target) {
    add(target);
    if (target.limit().isEmpty()) {
      leftOut.add(
          target.tenant()
              + (target.blocked() ? ": is blocked, all is refused" : ": no limit refuses it"));
    }
  }

  private void add(Target target) {
    found.add(target);
    touched.add(target.tenant());
  }

  private Optional<Target> inherited(TenantPolicy tenant) {
    if (Hierarchy.blocked(set, tenant.tenant())) {
      return Optional.empty();
    }
    return Hierarchy.chain(set, tenant.tenant()).stream()
        .flatMap(o -> o.limits().stream().map(l -> new Applied(o.tenant(), l)))
        .filter(l -> l.limit().mode() == Mode.ENFORCE)
        .flatMap(l -> target(tenant, l).stream())
        .findFirst();
  }

  private Optional<Target> target(TenantPolicy tenant, Applied limit) {
    return Target.of(set, gateways, tenant, limit);
  }

  private static boolean testable(Target target) {
    return target.applied().stream().map(Applied::limit).allMatch(Targets::forgets);
  }

  private static boolean forgets(Limit limit) {
    return Idle.after(Rule.of(limit)).isPresent();
  }
}
