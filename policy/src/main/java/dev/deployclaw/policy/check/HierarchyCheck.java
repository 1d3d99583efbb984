package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Groups: a parent that isn't there, a cycle, a tenant's limit that its group's always precedes.
 */
final class HierarchyCheck {
  private static final int MOST_NAMED = 8;

  private HierarchyCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    var found = new ArrayList<PolicyFinding>();
    for (var policy : set.tenants().values()) {
      brokenParent(set, policy).ifPresent(found::add);
      found.addAll(limitsAboveTheGroups(set, policy));
      shutOut(set, policy).ifPresent(found::add);
    }
    return found;
  }

  private static Optional<PolicyFinding> brokenParent(PolicySet set, TenantPolicy policy) {
    var seen = new HashSet<String>();
    var at = policy;
    while (at.parent().isPresent()) {
      String parent = at.parent().get();
      if (!seen.add(at.tenant())) {
        return Optional.of(cycle(set, policy));
      }
      if (seen.size() > PolicySet.MOST_GROUPS) {
        return Optional.of(
            FindingSubject.tenant(policy.tenant())
                .error(
                    CheckKind.HIERARCHY,
                    "it has more than " + PolicySet.MOST_GROUPS + " groups above it",
                    "remove groups between it and the root",
                    Map.of("most", PolicySet.MOST_GROUPS)));
      }
      var above = set.tenant(parent);
      if (above.isEmpty()) {
        return Optional.of(
            FindingSubject.tenant(policy.tenant())
                .error(
                    CheckKind.HIERARCHY,
                    "the group " + parent + " isn't defined",
                    "define a policy for " + parent + ", or remove the parent",
                    Map.of("parent", parent)));
      }
      at = above.get();
    }
    return Optional.empty();
  }

  private static PolicyFinding cycle(PolicySet set, TenantPolicy policy) {
    var chain =
        TenantHierarchy.chain(set, policy.tenant()).stream().map(TenantPolicy::tenant).toList();
    var names = chain.subList(0, Math.min(MOST_NAMED, chain.size()));
    return FindingSubject.tenant(policy.tenant())
        .error(
            CheckKind.HIERARCHY,
            "the groups form a cycle: "
                + String.join(" -> ", names)
                + (names.size() < chain.size() ? " -> and so on" : ""),
            "remove the parent of one of them",
            Map.of("chain", names));
  }

  private static List<PolicyFinding> limitsAboveTheGroups(PolicySet set, TenantPolicy policy) {
    var found = new ArrayList<PolicyFinding>();
    var groups = TenantHierarchy.chain(set, policy.tenant());
    for (var group : groups.subList(1, groups.size())) {
      for (Limit limit : ComparedLimits.of(policy)) {
        ComparedLimits.of(group).stream()
            .filter(l -> isAbove(limit, l))
            .findFirst()
            .ifPresent(l -> found.add(above(policy, limit, group, l)));
      }
    }
    return found;
  }

  /** A group that is blocked, or one of whose limits covers all and never admits a request. */
  private static Optional<PolicyFinding> shutOut(PolicySet set, TenantPolicy policy) {
    var groups = TenantHierarchy.chain(set, policy.tenant());
    for (var group : groups.subList(1, groups.size())) {
      if (group.blocked()) {
        return Optional.of(shutOut(policy, group, "is blocked", "unblock " + group.tenant()));
      }
      var closed = group.limits().stream().filter(HierarchyCheck::admitsNobody).findFirst();
      if (closed.isPresent()) {
        String why = "has " + LimitPhrases.of(closed.get()) + ", which admits nothing";
        return Optional.of(
            shutOut(policy, group, why, "raise " + closed.get().name() + " of " + group.tenant()));
      }
    }
    return Optional.empty();
  }

  private static boolean admitsNobody(Limit limit) {
    return limit.mode() == EnforcementMode.ENFORCE
        && limit.match().equals(RequestMatch.ANY)
        && LimitRule.of(limit).capacity() < limit.cost();
  }

  private static PolicyFinding shutOut(
      TenantPolicy policy, TenantPolicy group, String why, String remedy) {
    return FindingSubject.tenant(policy.tenant())
        .warning(
            CheckKind.HIERARCHY,
            "none of its requests is ever admitted: the group " + group.tenant() + " " + why,
            remedy + ", or take it out of the group",
            Map.of("group", group.tenant()));
  }

  private static boolean isAbove(Limit limit, Limit groups) {
    return ArrivalCurve.neverBinds(limit, groups) && !ArrivalCurve.neverBinds(groups, limit);
  }

  private static PolicyFinding above(
      TenantPolicy policy, Limit limit, TenantPolicy group, Limit stricter) {
    return FindingSubject.limit(policy.tenant(), limit.name())
        .warning(
            CheckKind.HIERARCHY,
            "%s is above the group's: %s of %s always refuses first"
                .formatted(LimitPhrases.of(limit), LimitPhrases.of(stricter), group.tenant()),
            "lower it below the group's limit, or raise the group's",
            Map.of("group", group.tenant(), "group_limit", stricter.name()));
  }
}
