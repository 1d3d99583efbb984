package dev.deployclaw.executors;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Epochs as the runtime hands them to participants. */
public final class Activations {
  private static final String EXECUTION = "arch-1";

  private Activations() {}

  /** A change to the set, from the epoch before. */
  public static EpochSpec of(PolicySet set, long epoch) {
    return new EpochSpec(
        EXECUTION, epoch, set.digest(), set, epoch - 1, Optional.empty(), Optional.empty());
  }

  /** Back to the set of an earlier epoch. */
  public static EpochSpec back(PolicySet set, long epoch) {
    return new EpochSpec(
        EXECUTION,
        epoch,
        set.digest(),
        set,
        epoch - 1,
        Optional.empty(),
        true,
        Optional.empty(),
        0,
        Optional.empty(),
        Set.of());
  }

  /** Back to what a participant reported before the first change. */
  public static EpochSpec restoring(String participant, List<MemberReport> observed, long epoch) {
    var members = new TreeMap<String, List<Map<String, Object>>>();
    members.put(participant, observed.stream().map(Activations::facts).toList());
    return restoring(new ObservedState(members), epoch);
  }

  /** Back to what a checkpoint says. */
  public static EpochSpec restoring(ObservedState observation, long epoch) {
    var set = PolicySet.EMPTY;
    return new EpochSpec(
        EXECUTION, epoch, set.digest(), set, epoch - 1, Optional.empty(), Optional.of(observation));
  }

  /** The runtime notes whose they are. */
  private static Map<String, Object> facts(MemberReport report) {
    var facts = new TreeMap<>(report.facts());
    facts.put("member", report.member());
    return facts;
  }
}
