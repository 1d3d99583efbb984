package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.PolicySet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose requests a change of policy can touch: of all tenants below a topmost group in which
 * anything differs, since a group counts its members together. Immutable.
 *
 * @param roots the topmost groups, and changed tenants that have none
 */
record AffectedTenants(PolicySet before, PolicySet after, Set<String> roots) {
  static AffectedTenants of(PolicySet before, PolicySet after) {
    var names = new TreeSet<>(before.tenants().keySet());
    names.addAll(after.tenants().keySet());
    names.removeIf(name -> before.tenant(name).equals(after.tenant(name)));
    var roots = new HashSet<String>();
    for (String name : names) {
      roots.add(before.root(name));
      roots.add(after.root(name));
      if (before.tenant(name).isEmpty() || after.tenant(name).isEmpty()) {
        roots.add(before.root(ReplayedPolicy.DEFAULT_TENANT));
        roots.add(after.root(ReplayedPolicy.DEFAULT_TENANT));
      }
    }
    return new AffectedTenants(before, after, roots);
  }

  /** Whether a request that names a tenant, perhaps an unknown one, is touched. */
  boolean has(String tenant) {
    return has(before, tenant) || has(after, tenant);
  }

  private boolean has(PolicySet set, String tenant) {
    String whose = set.tenants().containsKey(tenant) ? tenant : ReplayedPolicy.DEFAULT_TENANT;
    return roots.contains(set.root(whose));
  }

  /** Of a set, the tenants below these groups. */
  PolicySet in(PolicySet set) {
    return set.withTenants(
        set.tenants().values().stream().filter(t -> roots.contains(set.root(t.tenant()))).toList());
  }
}
