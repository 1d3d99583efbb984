package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one epoch of a policy set puts into Redis: a hash for each tenant, the fields of this epoch
 * in it. Fields of other epochs stand beside them untouched. Nothing is made before it is asked
 * for; in bulk ask {@link #fields}.
 *
 * @param digest of the set
 */
public record StagedRules(PolicySet set, long epoch, String digest) {
  private static final int DIGEST_PREFIX = 16;

  /** The fields of one epoch in one tenant's policy hash. */
  public record Hash(String key, SortedMap<String, String> fields) {
    public Hash {
      fields = Collections.unmodifiableSortedMap(fields);
    }
  }

  public Collection<TenantPolicy> tenants() {
    return set.tenants().values();
  }

  /** The slot of a tenant's hash, without its key being made. */
  public int slot(TenantPolicy tenant) {
    return RedisKeyLayout.slotOfRoot(root(tenant));
  }

  public String key(TenantPolicy tenant) {
    return RedisKeyLayout.policyKey(root(tenant), tenant.tenant());
  }

  /** Adds the key to what is there. */
  void key(TenantPolicy tenant, Utf8Buffer out) {
    RedisKeyLayout.policyKey(root(tenant), tenant.tenant(), out);
  }

  /** A teller of its own for each thread. */
  public StagedFieldEncoder fields() {
    return new StagedFieldEncoder(this);
  }

  public Hash hash(TenantPolicy tenant) {
    var teller = fields();
    var fields = new TreeMap<String, String>();
    teller.each(tenant, (name, value) -> fields.put(name.toString(), value.toString()));
    return new Hash(key(tenant), fields);
  }

  /** By tenant name. */
  public List<Hash> hashes() {
    return tenants().stream().map(this::hash).toList();
  }

  private String root(TenantPolicy tenant) {
    return tenant.parent().isEmpty() ? tenant.tenant() : set.root(tenant.tenant());
  }

  /** Whether the tenant is blocked, and the set that says so: {@code open 1a2b3c4d5e6f7a8b}. */
  static String tenantLine(boolean blocked, String digest) {
    String prefix = digest.substring(0, Math.min(DIGEST_PREFIX, digest.length()));
    return (blocked ? "blocked " : "open ") + prefix;
  }
}
