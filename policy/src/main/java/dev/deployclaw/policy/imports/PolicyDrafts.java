package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Policies as they come together, limit by limit. For one import. */
public final class PolicyDrafts {
  /** The most limits that a policy document may have. */
  public static final int MOST_LIMITS = 100;

  private final Map<String, List<Limit>> limits = new TreeMap<>();
  private final Map<String, Set<String>> names = new HashMap<>();
  private final Map<String, String> parents = new HashMap<>();

  /** Makes a policy, without a limit at first; nothing where it is there. */
  public void open(String tenant) {
    limits.computeIfAbsent(tenant, _ -> new ArrayList<>());
  }

  public boolean has(String tenant) {
    return limits.containsKey(tenant);
  }

  public Set<String> tenants() {
    return limits.keySet();
  }

  public boolean full(String tenant) {
    return limits.getOrDefault(tenant, List.of()).size() >= MOST_LIMITS;
  }

  /** A name for a limit that the policy hasn't yet. */
  public String unused(String tenant, String label) {
    return DnsLabelConverter.unused(label, names.computeIfAbsent(tenant, _ -> new HashSet<>()));
  }

  public void add(String tenant, Limit limit) {
    limits.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(limit);
  }

  /** Gives a policy its group; another one than it has already isn't taken, and false. */
  public boolean under(String tenant, String group) {
    var before = parents.putIfAbsent(tenant, group);
    return before == null || before.equals(group);
  }

  public List<TenantPolicy> policies() {
    List<TenantPolicy> out = new ArrayList<>();
    limits.forEach((tenant, all) ->
        out.add(
            new TenantPolicy(
                tenant,
                new TreeMap<>(Map.of("imported", "true")),
                Optional.ofNullable(parents.get(tenant)),
                false,
                PolicyDocumentReader.DEFAULT_ON_BACKEND_FAILURE,
                all)));
    return out;
  }
}
