package dev.deployclaw.policy.source;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which tenants each home (a namespace or folder) may define.
 *
 * @param byHome names, or {@link #ANY}; a home that isn't here may define nobody
 */
public record TenantDefinitionRights(SortedMap<String, Set<String>> byHome) {
  public static final String ANY = "*";

  public TenantDefinitionRights {
    var copy = new TreeMap<String, Set<String>>();
    byHome.forEach((home, tenants) -> copy.put(home, Set.copyOf(tenants)));
    byHome = Collections.unmodifiableSortedMap(copy);
  }

  public static TenantDefinitionRights of(Map<String, ? extends Set<String>> byHome) {
    return new TenantDefinitionRights(new TreeMap<>(byHome));
  }

  boolean mayDefine(String home, String tenant) {
    var tenants = byHome.getOrDefault(home, Set.of());
    return tenants.contains(ANY) || tenants.contains(tenant);
  }

  /** Whether the home may define the tenant by its name, so that there is such a tenant. */
  boolean names(String home, String tenant) {
    return !tenant.equals(ANY) && byHome.getOrDefault(home, Set.of()).contains(tenant);
  }
}
