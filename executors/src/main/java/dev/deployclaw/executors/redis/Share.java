package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.List;

/** The tenants of an epoch whose hashes one primary and its replicas hold. */
record Share(StagedRules rules, List<TenantPolicy> tenants) {
  Share of(List<TenantPolicy> some) {
    return new Share(rules, some);
  }
}
