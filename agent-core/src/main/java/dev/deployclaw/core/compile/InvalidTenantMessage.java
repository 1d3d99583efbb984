package dev.deployclaw.core.compile;

import dev.deployclaw.policy.PolicySet;

/** What is said of a tenant whose policy is invalid, wherever that is found. */
public final class InvalidTenantMessage {
  private InvalidTenantMessage() {}

  /** What happens to a tenant that the request didn't name. */
  public static String unnamed(String tenant, PolicySet committed, String why) {
    String what =
        committed.tenant(tenant).isPresent() ? " keeps its committed policy: " : " is left out: ";
    return "tenant " + tenant + what + why;
  }

  /** What happens to a request that names the tenant. */
  public static String named(String tenant, String why) {
    return "the policy of " + tenant + " is invalid: " + why;
  }
}
