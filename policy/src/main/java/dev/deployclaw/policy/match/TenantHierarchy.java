package dev.deployclaw.policy.match;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tenant and the groups above it. */
public final class TenantHierarchy {
  private TenantHierarchy() {}

  /**
   * The tenant's policy, then its group's, and so on to the root group. Ends where a parent is
   * unknown or repeats, and after {@link PolicySet#MOST_GROUPS} groups (validation reports all
   * three); empty for an unknown tenant.
   */
  public static List<TenantPolicy> chain(PolicySet set, String tenant) {
    Optional<TenantPolicy> at = set.tenant(tenant);
    if (at.filter(t -> t.parent().isEmpty()).isPresent()) {
      return List.of(at.get());
    }
    var chain = new LinkedHashMap<String, TenantPolicy>();
    while (at.isPresent()
        && chain.size() <= PolicySet.MOST_GROUPS
        && chain.putIfAbsent(at.get().tenant(), at.get()) == null) {
      at = at.get().parent().flatMap(set::tenant);
    }
    return List.copyOf(chain.values());
  }

  /** The names of a tenant, known or not, and of the groups above it. */
  public static Set<String> names(PolicySet set, String tenant) {
    var names = new HashSet<String>();
    var at = Optional.of(tenant);
    while (at.isPresent() && names.add(at.get())) {
      at = at.flatMap(set::tenant).flatMap(TenantPolicy::parent);
    }
    return names;
  }

  /** Whether the tenant or a group above it is blocked. */
  public static boolean blocked(PolicySet set, String tenant) {
    return chain(set, tenant).stream().anyMatch(TenantPolicy::blocked);
  }
}
