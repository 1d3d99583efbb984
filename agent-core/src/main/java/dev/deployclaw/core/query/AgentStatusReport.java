package dev.deployclaw.core.query;

import dev.deployclaw.core.election.LeaderIdentity;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ScheduleReport;
import java.util.HashMap;
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
 * @param scheduled what is to begin at a time
 * @param frozen the kill switch, where it is on
 * @param leader who leads now, if anybody does
 * @param writeBacks executions of which something is still to be written back to the sources
 * @param temporary overlays that end later, and are taken back then
 * @param expired overlays whose time is over, and that nobody has taken back yet
 * @param revision of {@code active}; 0 where there is none
 * @param unreachable why nothing could be read; else empty
 */
public record AgentStatusReport(
    ExitCode exit,
    Optional<CommittedEpoch> active,
    Optional<ChangeExecution> open,
    String pending,
    List<ChangeExecution> held,
    List<HeldRepair> heldRepairs,
    ScheduleReport scheduled,
    Optional<FreezeRecord> frozen,
    Optional<LeaderIdentity> leader,
    List<String> writeBacks,
    List<Overlay> temporary,
    List<Overlay> expired,
    boolean rollbackAvailable,
    long revision,
    String unreachable) {
  public AgentStatusReport {
    held = List.copyOf(held);
    heldRepairs = List.copyOf(heldRepairs);
    writeBacks = List.copyOf(writeBacks);
    temporary = List.copyOf(temporary);
    expired = List.copyOf(expired);
  }

  /** Changes and repairs that wait for an approval. */
  public List<PendingApproval> waiting() {
    return Stream.concat(
            held.stream().map(PendingApproval::of), heldRepairs.stream().map(HeldRepair::waiting))
        .toList();
  }

  /** Why a held or scheduled change can't go on; empty where nothing was committed meanwhile. */
  public Optional<String> moved(String id) {
    var bases = new HashMap<String, Long>();
    held.forEach(x -> bases.put(x.id(), x.base().revision()));
    heldRepairs.forEach(r -> bases.put(r.id(), r.baseRevision()));
    scheduled.entries().forEach(s -> bases.put(s.id(), s.baseRevision()));
    long epoch = active.map(CommittedEpoch::epoch).orElse(0L);
    return Optional.ofNullable(bases.get(id))
        .filter(base -> base < revision)
        .map(_ ->
            "something was committed since it was planned (epoch " + epoch + " now): ask again");
  }

  public static AgentStatusReport unreachable(String why) {
    return new AgentStatusReport(
        ExitCode.UNREACHABLE,
        Optional.empty(),
        Optional.empty(),
        "",
        List.of(),
        List.of(),
        ScheduleReport.NOTHING,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        false,
        0,
        why);
  }
}
