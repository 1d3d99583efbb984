package dev.deployclaw.core.schedule;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A planned change that is to begin at a time. Stored under {@code scheduled/<id>}, so it outlives
 * processes and machines.
 *
 * @param id the execution's
 * @param atMillis milliseconds since 1970
 * @param request as it was asked
 * @param demands why it waits for an approval once its time has come, as it was understood then
 * @param baseRevision of {@code active} on which it was planned
 * @param target digest of the set that it must lead to
 * @param hold why the gate held it as it was planned
 * @param approvedBy who approved it before its time
 */
public record ScheduledChange(
    String id,
    long atMillis,
    String request,
    String requester,
    boolean manual,
    List<ApprovalTrigger> demands,
    long baseRevision,
    String target,
    Optional<GateHold> hold,
    Optional<String> approvedBy) {

  /**
   * That the gate held it as it was planned.
   *
   * @param approval the rules that say who may approve it
   */
  public record GateHold(String why, List<String> approval, String planHash) {
    public GateHold {
      approval = List.copyOf(approval);
    }
  }

  public ScheduledChange {
    demands = List.copyOf(demands);
  }

  /** The same, planned with this verdict of the gate. */
  public ScheduledChange judged(GatePolicy.Verdict verdict, String planHash) {
    return verdict instanceof GatePolicy.Verdict.Hold(var _, String held, var approval)
        ? with(Optional.of(new GateHold(held, approval, planHash)), Optional.empty())
        : this;
  }

  public ScheduledChange approved(String who) {
    return with(hold, Optional.of(who));
  }

  private ScheduledChange with(Optional<GateHold> held, Optional<String> by) {
    return new ScheduledChange(
        id, atMillis, request, requester, manual, demands, baseRevision, target, held, by);
  }

  /** What an approver decides on before its time; empty where nothing holds it. */
  public Optional<PendingApproval> pending() {
    return hold.map(h -> new PendingApproval(id, requester, h.planHash(), h.why(), h.approval()));
  }

  /** As it is planned when its time has come. */
  public TaskRequest task() {
    return new TaskRequest(
        request, requester, Instant.ofEpochMilli(atMillis), manual, Optional.of(id));
  }

  /** Whether it is held for an approval once its time has come, as far as is known now. */
  public boolean waits() {
    return manual || !demands.isEmpty();
  }

  /** Why it waits then, for people; empty where it doesn't. */
  public String why() {
    return demands.isEmpty() && manual
        ? ApprovalTrigger.byRequest().why()
        : demands.stream().map(ApprovalTrigger::why).collect(Collectors.joining("; "));
  }

  public byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static ScheduledChange read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new ScheduledChange(
        json.text("id"),
        json.number("at_ms"),
        json.text("request"),
        json.text("requester"),
        json.flag("manual"),
        json.has("demands") ? json.openObjects("demands", ScheduledChange::demand) : List.of(),
        json.number("base_revision"),
        json.text("target"),
        json.optionalObject("hold").map(ScheduledChange::hold),
        json.optionalText("approved_by"));
  }

  private static GateHold hold(StrictJsonObject json) {
    return new GateHold(json.text("why"), json.texts("approval"), json.text("plan_hash"));
  }

  private static ApprovalTrigger demand(StrictJsonObject json) {
    return new ApprovalTrigger(
        ApprovalTrigger.Source.ofWord(json.text("source")), json.text("why"));
  }

  /** An entry, if it is what one writes, and of the execution whose key it is. */
  public static Optional<ScheduledChange> read(Entry entry) {
    try {
      return Optional.of(read(entry.value())).filter(s -> s.id().equals(id(entry)));
    } catch (UnreadableRecordException e) {
      return Optional.empty();
    }
  }

  static String id(Entry entry) {
    return entry.key().substring(StoreKeys.SCHEDULED.length());
  }

  private String approval() {
    if (approvedBy.isPresent()) {
      return ", approved by " + approvedBy.get();
    }
    return waits() ? ", and holds it for an approval, since " + why() : "";
  }

  /** How a change stands that waits for its time. */
  public ExecutionOutcome waiting() {
    return new ExecutionOutcome(
        ExecutionStatus.HELD,
        ExitCode.HELD,
        ("scheduled for %s: a serving agent (deployclaw serve) starts it then, if "
                + "nothing was committed meanwhile%s; cancel it with: deployclaw reject %s")
            .formatted(Instant.ofEpochMilli(atMillis), approval(), id));
  }
}
