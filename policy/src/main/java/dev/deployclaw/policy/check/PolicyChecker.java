package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.cluster.ClockDriftCheck;
import dev.deployclaw.policy.check.cluster.LatencyCheck;
import dev.deployclaw.policy.check.cluster.MemoryCheck;
import dev.deployclaw.policy.check.cluster.NetworkPartitionCheck;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All checks of a policy set. Pure: the same set and measurements give the same findings. */
public final class PolicyChecker {
  private PolicyChecker() {}

  /**
   * @param before what is enforced now; the size of a change is checked only against it
   * @return the worst first
   */
  public static List<PolicyFinding> run(
      PolicySet set,
      Optional<PolicySet> before,
      ClusterMeasurements measured,
      CheckThresholds thresholds) {
    var found = new ArrayList<PolicyFinding>();
    found.addAll(HierarchyCheck.find(set));
    found.addAll(OvercommitCheck.find(set));
    found.addAll(DeadlockCheck.find(set));
    found.addAll(IneffectiveLimitCheck.find(set));
    found.addAll(LeasedLimitCheck.find(set));
    found.addAll(KeyCollisionCheck.find(set));
    found.addAll(ConflictingLimitsCheck.find(set));
    found.addAll(UnreachableLimitCheck.find(set));
    before.ifPresent(b -> found.addAll(StepSizeCheck.find(b, set, thresholds)));
    found.addAll(LatencyCheck.find(set, measured, thresholds));
    found.addAll(ClockDriftCheck.find(set, measured, thresholds));
    found.addAll(NetworkPartitionCheck.find(set, measured));
    found.addAll(MemoryCheck.find(set, measured, thresholds));
    return found.stream().sorted(PolicyFinding.WORST_FIRST).toList();
  }
}
