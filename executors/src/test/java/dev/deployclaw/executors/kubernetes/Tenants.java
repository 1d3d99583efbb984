package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Tenants whose limits don't matter. */
public final class Tenants {
  private Tenants() {}

  public static TenantPolicy acme() {
    return new TenantPolicy(
        "acme", new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of());
  }
}
