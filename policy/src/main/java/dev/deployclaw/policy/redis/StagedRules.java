package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one epoch of a policy set puts into Redis: a hash for each tenant, the fields of this epoch
 * in it. Fields of other epochs stand beside them untouched.
 *
 * @param hashes by tenant name
 */
public record StagedRules(long epoch, String digest, List<Hash> hashes) {
  private static final int DIGEST_PREFIX = 16;

  public StagedRules {
    hashes = List.copyOf(hashes);
  }

  /** The fields of one epoch in one tenant's policy hash. */
  public record Hash(String key, SortedMap<String, String> fields) {
    public Hash {
      fields = Collections.unmodifiableSortedMap(fields);
    }
  }

  public static StagedRules of(PolicySet set, long epoch) {
    return of(set, epoch, set.digest());
  }

  /** For a caller that has the set's digest already. */
  public static StagedRules of(PolicySet set, long epoch, String digest) {
    var hashes = new ArrayList<Hash>(set.tenants().size());
    for (var tenant : set.tenants().values()) {
      var fields = new TreeMap<String, String>();
      fields.put(RedisLayout.tenantField(epoch), tenantLine(tenant, digest));
      for (var limit : tenant.limits()) {
        fields.put(RedisLayout.ruleField(epoch, limit.name()), Rule.of(limit).text());
      }
      String root = set.root(tenant.tenant());
      hashes.add(new Hash(RedisLayout.policyKey(root, tenant.tenant()), fields));
    }
    return new StagedRules(epoch, digest, hashes);
  }

  /** Whether the tenant is blocked, and the set that says so: {@code open 1a2b3c4d5e6f7a8b}. */
  static String tenantLine(TenantPolicy tenant, String digest) {
    String prefix = digest.substring(0, Math.min(DIGEST_PREFIX, digest.length()));
    return (tenant.blocked() ? "blocked " : "open ") + prefix;
  }
}
