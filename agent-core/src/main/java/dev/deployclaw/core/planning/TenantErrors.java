package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.compile.InvalidTenantMessage;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Why the checks leave tenants out, each error with its place and remedy, for people.
 *
 * @param asked the policy set that was checked, before anybody was left out
 */
record TenantErrors(
    CheckedTarget checked, PolicySet asked, PolicySet committed, CollectedPolicies sources) {
  private static final int MOST_SAID = 3;

  /** What happens to a tenant that the request didn't name. */
  String leftOut(String tenant) {
    return InvalidTenantMessage.unnamed(tenant, committed, of(tenant));
  }

  /** What happens to a request that names the tenant. */
  String invalid(String tenant) {
    return InvalidTenantMessage.named(tenant, of(tenant));
  }

  private String of(String tenant) {
    var errors =
        checked.findings().stream()
            .filter(f -> f.severity() == Severity.ERROR && f.tenant().equals(Optional.of(tenant)))
            .toList();
    List<String> said = new ArrayList<>();
    errors.stream().limit(MOST_SAID).forEach(f -> said.add(place(tenant, f) + ": " + text(f)));
    if (errors.size() > MOST_SAID) {
      said.add("and " + (errors.size() - MOST_SAID) + " more");
    }
    return String.join("; ", said);
  }

  /** The document only where the policy is as it stands there. */
  private String place(String tenant, PolicyFinding finding) {
    var policy = asked.tenant(tenant);
    if (policy.equals(Optional.ofNullable(sources.policies().get(tenant)))) {
      return sources.origin(tenant).map(o -> o.place(finding.limit())).orElse("its document");
    }
    return policy.equals(committed.tenant(tenant)) ? "as committed" : "as the request changes it";
  }

  private static String text(PolicyFinding finding) {
    String limit = finding.limit().map(name -> "limit " + name + ": ").orElse("");
    return limit + finding.reason() + " (" + finding.remedy() + ")";
  }
}
