package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the tenants of a group may use together, against what the group may. */
final class OvercommitCheck {
  private OvercommitCheck() {}

  static List<PolicyFinding> find(PolicySet set) {
    SortedMap<String, List<TenantPolicy>> members = members(set);
    var found = new ArrayList<PolicyFinding>();
    members.forEach((group, tenants) ->
        set.tenant(group).stream()
            .flatMap(g -> ComparedLimits.of(g).stream())
            .forEach(limit -> found.addAll(sum(group, limit, tenants))));
    return found;
  }

  /** The tenants and groups directly or indirectly below each group. */
  private static SortedMap<String, List<TenantPolicy>> members(PolicySet set) {
    var members = new TreeMap<String, List<TenantPolicy>>();
    for (var policy : set.tenants().values()) {
      for (var group : TenantHierarchy.chain(set, policy.tenant())) {
        if (!group.equals(policy)) {
          members.computeIfAbsent(group.tenant(), _ -> new ArrayList<>()).add(policy);
        }
      }
    }
    return members;
  }

  private static List<PolicyFinding> sum(String group, Limit limit, List<TenantPolicy> tenants) {
    double most = ArrivalCurve.perSecond(limit);
    double sum = tenants.stream().mapToDouble(t -> share(t, limit)).sum();
    if (most == 0 || sum <= most) {
      return List.of();
    }
    long percent = Math.round(100 * sum / most);
    return List.of(
        FindingSubject.limit(group, limit.name())
            .info(
                CheckKind.HIERARCHY,
                "its members' limits add up to %d %% of %s"
                    .formatted(percent, LimitPhrases.of(limit)),
                "fine if they aren't busy at the same time; else raise it or lower theirs",
                Map.of("overcommit_percent", percent, "members", tenants.size())));
  }

  /** The largest of a member's limits within the group's, so that nested ones count once. */
  private static double share(TenantPolicy member, Limit limit) {
    return ComparedLimits.of(member).stream()
        .filter(l -> LimitMatcher.includes(limit.match(), l.match()))
        .mapToDouble(ArrivalCurve::perSecond)
        .max()
        .orElse(0);
  }
}
