package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.imports.Carried.Exactness;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.Problem;
import java.util.List;

/**
 * What came of reading another system's limits.
 *
 * @param policies by name; none where there are problems
 * @param rules one for each rule that was read, in the order of the text
 * @param differs what holds for all rules: where the two systems differ
 * @param problems for which the other system itself would refuse to load
 */
public record Imported(
    List<TenantPolicy> policies,
    List<Carried> rules,
    List<String> differs,
    List<Problem> problems) {
  public Imported {
    policies = List.copyOf(policies);
    rules = List.copyOf(rules);
    differs = List.copyOf(differs);
    problems = List.copyOf(problems);
  }

  static Imported refused(List<Problem> problems) {
    return new Imported(List.of(), List.of(), List.of(), problems);
  }

  public long count(Exactness exactness) {
    return rules.stream().filter(r -> r.exactness() == exactness).count();
  }
}
