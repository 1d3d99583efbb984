package dev.deployclaw.core.compile;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.PolicyChecker;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A target after the checks: a tenant with an error keeps its committed policy, and the others go
 * on.
 *
 * @param leftOut tenants that keep what is committed
 * @param findings all that were found on the way, the worst first
 */
public record CheckedTarget(PolicySet target, Set<String> leftOut, List<PolicyFinding> findings) {
  /** A tenant that is left out may be another's group, so that the checks are repeated. */
  private static final int MOST_ROUNDS = 4;

  public CheckedTarget {
    leftOut = Collections.unmodifiableSet(new TreeSet<>(leftOut));
    findings = List.copyOf(findings);
  }

  /**
   * @param stepFactor a limit that moves by more than this factor asks for an approval
   */
  public static CheckedTarget of(
      PolicySet target, PolicySet committed, ClusterMeasurements measured, int stepFactor) {
    var thresholds = thresholds(stepFactor);
    var before = Optional.of(committed).filter(c -> !c.tenants().isEmpty());
    var leftOut = new TreeSet<String>();
    var errors = new ArrayList<PolicyFinding>();
    var set = target;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      var found = PolicyChecker.run(set, before, measured, thresholds);
      var wrong = Set.copyOf(PolicyFinding.blocked(found));
      if (wrong.isEmpty() || !leftOut.addAll(wrong)) {
        errors.addAll(found);
        return new CheckedTarget(set, leftOut, errors);
      }
      found.stream()
          .filter(f -> f.tenant().filter(wrong::contains).isPresent())
          .forEach(errors::add);
      set = without(set, committed, wrong);
    }
    return new CheckedTarget(set, leftOut, errors);
  }

  /** Those that ask for a person's approval, for people. */
  public List<String> steps() {
    return findings.stream()
        .filter(f -> f.check().needsApproval())
        .filter(f -> f.tenant().filter(leftOut::contains).isEmpty())
        .map(
            f -> f.tenant().orElse("") + f.limit().map(l -> "/" + l).orElse("") + ": " + f.reason())
        .toList();
  }

  private static PolicySet without(PolicySet set, PolicySet committed, Set<String> wrong) {
    var tenants = new TreeMap<String, TenantPolicy>(set.tenants());
    for (String tenant : wrong) {
      committed
          .tenant(tenant)
          .ifPresentOrElse(t -> tenants.put(tenant, t), () -> tenants.remove(tenant));
    }
    return set.withTenants(tenants.values());
  }

  private static CheckThresholds thresholds(int stepFactor) {
    var d = CheckThresholds.DEFAULT;
    return new CheckThresholds(
        d.mostDriftMicros(),
        d.mostDriftErrorPercent(),
        d.decisionBudgetMicros(),
        d.mostMemoryPercent(),
        stepFactor);
  }
}
