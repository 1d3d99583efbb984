package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Tenants whose limits don't matter. */
final class Tenants {
  private Tenants() {}

  static TenantPolicy acme() {
    return new TenantPolicy(
        "acme", new TreeMap<>(), Optional.empty(), false, BackendFailure.DENY, List.of());
  }
}
