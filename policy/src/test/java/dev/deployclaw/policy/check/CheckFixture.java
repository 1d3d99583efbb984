package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.util.List;
import java.util.Optional;

/** Runs all checks and keeps what one of them found. */
public final class CheckFixture {
  private CheckFixture() {}

  static List<PolicyFinding> by(CheckKind check, PolicySet set) {
    return by(check, set, ClusterMeasurements.NOTHING);
  }

  public static List<PolicyFinding> by(
      CheckKind check, PolicySet set, ClusterMeasurements measured) {
    return only(check, PolicyChecker.run(set, Optional.empty(), measured, CheckThresholds.DEFAULT));
  }

  static List<PolicyFinding> by(CheckKind check, PolicySet before, PolicySet after) {
    return only(
        check,
        PolicyChecker.run(
            after, Optional.of(before), ClusterMeasurements.NOTHING, CheckThresholds.DEFAULT));
  }

  /** For example {@code WARNING acme/search}. */
  public static List<String> brief(List<PolicyFinding> findings) {
    return findings.stream()
        .map(f ->
            f.severity() + " " + f.tenant().orElse("-") + f.limit().map(l -> "/" + l).orElse(""))
        .toList();
  }

  private static List<PolicyFinding> only(CheckKind check, List<PolicyFinding> all) {
    return all.stream().filter(f -> f.check() == check).toList();
  }
}
