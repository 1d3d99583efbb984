package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.Hierarchy;
import dev.deployclaw.policy.match.Matching;
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

  static List<Finding> find(PolicySet set) {
    SortedMap<String, List<TenantPolicy>> members = members(set);
    var found = new ArrayList<Finding>();
    members.forEach((group, tenants) ->
        set.tenant(group).stream()
            .flatMap(g -> Compared.of(g).stream())
            .forEach(limit -> found.addAll(sum(group, limit, tenants))));
    return found;
  }

  /** The tenants and groups directly or indirectly below each group. */
  private static SortedMap<String, List<TenantPolicy>> members(PolicySet set) {
    var members = new TreeMap<String, List<TenantPolicy>>();
    for (var policy : set.tenants().values()) {
      for (var group : Hierarchy.chain(set, policy.tenant())) {
        if (!group.equals(policy)) {
          members.computeIfAbsent(group.tenant(), _ -> new ArrayList<>()).add(policy);
        }
      }
    }
    return members;
  }

  private static List<Finding> sum(String group, Limit limit, List<TenantPolicy> tenants) {
    double most = Envelope.perSecond(limit);
    double sum = tenants.stream().mapToDouble(t -> share(t, limit)).sum();
    if (most == 0 || sum <= most) {
      return List.of();
    }
    long percent = Math.round(100 * sum / most);
    return List.of(
        About.limit(group, limit.name())
            .info(
                Check.HIERARCHY,
                "its members' limits add up to %d %% of %s".formatted(percent, Phrases.of(limit)),
                "fine if they aren't busy at the same time; else raise it or lower theirs",
                Map.of("overcommit_percent", percent, "members", tenants.size())));
  }

  /** The largest of a member's limits within the group's, so that nested ones count once. */
  private static double share(TenantPolicy member, Limit limit) {
    return Compared.of(member).stream()
        .filter(l -> Matching.includes(limit.match(), l.match()))
        .mapToDouble(Envelope::perSecond)
        .max()
        .orElse(0);
  }
}
