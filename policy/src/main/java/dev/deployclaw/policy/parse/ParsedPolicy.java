package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Optional;

/**
 * What came of one document: a policy, or the problems that it has.
 *
 * @param tenant whose policy it is, also when the rest is wrong; empty when that can't be told
 * @param policy present when there are no problems
 * @param origin where the policy stands; present with the tenant
 * @param problems in the order of the text
 */
public record ParsedPolicy(
    Optional<String> tenant,
    Optional<TenantPolicy> policy,
    Optional<PolicyOrigin> origin,
    List<DocumentProblem> problems) {
  public ParsedPolicy {
    problems = List.copyOf(problems);
    if (policy.isPresent() != problems.isEmpty()) {
      throw new IllegalArgumentException("either a policy or problems");
    }
    if (tenant.isPresent() != origin.isPresent()) {
      throw new IllegalArgumentException("a tenant has a place");
    }
  }
}
