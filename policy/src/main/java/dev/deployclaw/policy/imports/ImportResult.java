package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;

/**
 * What came of reading another system's limits.
 *
 * @param policies by name; none where there are problems
 * @param rules one for each rule that was read, in the order of the text
 * @param differs what holds for all rules: where the two systems differ
 * @param problems for which the other system itself would refuse to load
 */
public record ImportResult(
    List<TenantPolicy> policies,
    List<ImportedRule> rules,
    List<String> differs,
    List<DocumentProblem> problems) {
  public ImportResult {
    policies = List.copyOf(policies);
    rules = List.copyOf(rules);
    differs = List.copyOf(differs);
    problems = List.copyOf(problems);
  }

  public static ImportResult refused(List<DocumentProblem> problems) {
    return new ImportResult(List.of(), List.of(), List.of(), problems);
  }

  public long count(Exactness exactness) {
    return rules.stream().filter(r -> r.exactness() == exactness).count();
  }
}
