package dev.deployclaw.core.schedule;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
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
 */
public record ScheduledChange(
    String id,
    long atMillis,
    String request,
    String requester,
    boolean manual,
    List<ApprovalTrigger> demands,
    long baseRevision,
    String target) {
  public ScheduledChange {
    demands = List.copyOf(demands);
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
        json.text("target"));
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

  /** How a change stands that waits for its time. */
  public ExecutionOutcome waiting() {
    return new ExecutionOutcome(
        ExecutionStatus.HELD,
        ExitCode.HELD,
        ("scheduled for %s: a serving agent (deployclaw serve) starts it then, if "
                + "nothing was committed meanwhile%s; cancel it with: deployclaw reject %s")
            .formatted(
                Instant.ofEpochMilli(atMillis),
                waits() ? ", and holds it for an approval, since " + why() : "",
                id));
  }
}
