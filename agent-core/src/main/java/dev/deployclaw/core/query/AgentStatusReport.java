package dev.deployclaw.core.query;

import dev.deployclaw.core.election.LeaderIdentity;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where things stand, read from the state store.
 *
 * @param open the change that holds {@code open}
 * @param pending what that waits for, as its log said last; empty where it says nothing
 * @param held those that wait for a person
 * @param heldRepairs repairs that do
 * @param frozen the kill switch, where it is on
 * @param leader who leads now, if anybody does
 * @param writeBacks executions of which something is still to be written back to the sources
 * @param expired overlays whose time is over, and that nobody has taken back yet
 * @param unreachable why nothing could be read; else empty
 */
public record AgentStatusReport(
    ExitCode exit,
    Optional<CommittedEpoch> active,
    Optional<ChangeExecution> open,
    String pending,
    List<ChangeExecution> held,
    List<HeldRepair> heldRepairs,
    Optional<FreezeRecord> frozen,
    Optional<LeaderIdentity> leader,
    List<String> writeBacks,
    List<Overlay> expired,
    boolean rollbackAvailable,
    String unreachable) {
  public AgentStatusReport {
    held = List.copyOf(held);
    heldRepairs = List.copyOf(heldRepairs);
    writeBacks = List.copyOf(writeBacks);
    expired = List.copyOf(expired);
  }

  /** Changes and repairs that wait for an approval. */
  public List<PendingApproval> waiting() {
    return Stream.concat(
            held.stream().map(PendingApproval::of), heldRepairs.stream().map(HeldRepair::waiting))
        .toList();
  }

  public static AgentStatusReport unreachable(String why) {
    return new AgentStatusReport(
        ExitCode.UNREACHABLE,
        Optional.empty(),
        Optional.empty(),
        "",
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        false,
        why);
  }
}
