package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All checks of a policy set. Pure: the same set and measurements give the same findings. */
public final class Checks {
  private Checks() {}

  public static List<Finding> run(PolicySet set, Optional<PolicySet> before, Measured measured) {
    return run(set, before, measured, Thresholds.DEFAULT);
  }

  /**
   * @param before what is enforced now; the size of a change is checked only against it
   * @return the worst first
   */
  public static List<Finding> run(
      PolicySet set, Optional<PolicySet> before, Measured measured, Thresholds thresholds) {
    var found = new ArrayList<Finding>();
    found.addAll(HierarchyCheck.find(set));
    found.addAll(OvercommitCheck.find(set));
    found.addAll(DeadlockCheck.find(set));
    found.addAll(AdmissionCheck.find(set));
    found.addAll(CollisionCheck.find(set));
    found.addAll(RivalLimitsCheck.find(set));
    found.addAll(ReachCheck.find(set));
    before.ifPresent(b -> found.addAll(StepCheck.find(b, set, thresholds)));
    found.addAll(LatencyCheck.find(set, measured, thresholds));
    found.addAll(ClockCheck.find(set, measured, thresholds));
    found.addAll(PartitionCheck.find(set, measured));
    found.addAll(MemoryCheck.find(set, measured, thresholds));
    return found.stream().sorted(Finding.WORST_FIRST).toList();
  }
}
