package dev.deployclaw.core.plan;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Checks;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.check.Measured;
import dev.deployclaw.policy.check.Thresholds;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A target after the checks: whoever has an error keeps what is committed, and the others go on.
 *
 * @param leftOut tenants that keep what is committed
 * @param findings all that were found on the way, the worst first
 */
public record Coherence(PolicySet target, Set<String> leftOut, List<Finding> findings) {
  /** A tenant that is left out may be another's group, so that the checks are repeated. */
  private static final int MOST_ROUNDS = 4;

  public Coherence {
    leftOut = Collections.unmodifiableSet(new TreeSet<>(leftOut));
    findings = List.copyOf(findings);
  }

  /**
   * @param stepFactor a limit that moves by more than this factor asks for an approval
   */
  public static Coherence of(
      PolicySet target, PolicySet committed, Measured measured, int stepFactor) {
    var thresholds = thresholds(stepFactor);
    var before = Optional.of(committed).filter(c -> !c.tenants().isEmpty());
    var leftOut = new TreeSet<String>();
    var errors = new ArrayList<Finding>();
    var set = target;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      var found = Checks.run(set, before, measured, thresholds);
      var wrong = Set.copyOf(Finding.blocked(found));
      if (wrong.isEmpty() || !leftOut.addAll(wrong)) {
        errors.addAll(found);
        return new Coherence(set, leftOut, errors);
      }
      found.stream()
          .filter(f -> f.tenant().filter(wrong::contains).isPresent())
          .forEach(errors::add);
      set = without(set, committed, wrong);
    }
    return new Coherence(set, leftOut, errors);
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

  private static Thresholds thresholds(int stepFactor) {
    var d = Thresholds.DEFAULT;
    return new Thresholds(
        d.mostDriftMicros(),
        d.mostDriftErrorPercent(),
        d.decisionBudgetMicros(),
        d.mostMemoryPercent(),
        stepFactor);
  }
}
