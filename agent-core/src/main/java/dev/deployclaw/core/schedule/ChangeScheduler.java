package dev.deployclaw.core.schedule;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that begin at a time. They stand in the state store until it has come, written under the
 * lead, so any agent that serves then begins them, once. Used by one thread.
 */
public record ChangeScheduler(
    AgentPorts ports, ChangeLedger ledger, RecorderFactory recorders, ExecutionFinisher finisher) {
  /** A change that could not begin for so long after its time isn't begun any more. */
  static final Duration MOST_LATE = Duration.ofHours(1);

  /** How many changes may wait for their time at once. */
  static final int MOST = 1_000;

  private static final String ACTION = "Keeping to the schedule";

  public ScheduleReport all() throws InterruptedException {
    List<ScheduledChange> entries = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    for (var entry : ports.state().list(StoreKeys.SCHEDULED)) {
      var read = ScheduledChange.read(entry);
      read.ifPresent(entries::add);
      if (read.isEmpty()) {
        unread.add(ScheduledChange.id(entry) + ": its entry in the schedule can't be read");
      }
    }
    entries.sort(Comparator.comparingLong(ScheduledChange::atMillis));
    return new ScheduleReport(entries, unread);
  }

  public boolean holds(String id) throws InterruptedException {
    return ports.state().get(StoreKeys.scheduled(id)).isPresent();
  }

  /** What is to begin now; nothing while a change is under way. Needs no leadership. */
  public List<String> due() throws InterruptedException {
    long now = ports.time().instant().toEpochMilli();
    var due =
        all().entries().stream().filter(s -> s.atMillis() <= now).map(ScheduledChange::id).toList();
    return due.isEmpty() || ledger.open().isPresent() ? List.of() : due;
  }

  /** A change that opens waits no more. */
  public static Write opened(String id) {
    return new Write.Delete(StoreKeys.scheduled(id));
  }

  /** Keeps a planned change until its time. */
  public ExecutionOutcome keep(
      ScheduledChange entry, ExecutionRecorder recorder, Leadership leadership)
      throws InterruptedException {
    String at = Instant.ofEpochMilli(entry.atMillis()).toString();
    String detail = entry.waiting().reason();
    var content =
        new LogEntryContent(
            detail,
            Status.OK,
            Map.of(
                "start_at", at,
                "base_revision", entry.baseRevision(),
                "target_digest", entry.target()));
    var base = ledger.base();
    var on =
        new Transaction(
            List.of(base.unmoved(), new Condition.Absent(StoreKeys.scheduled(entry.id()))),
            List.of(new Write.Put(StoreKeys.scheduled(entry.id()), entry.bytes())));
    if (ports.state().keys(StoreKeys.SCHEDULED).size() >= MOST) {
      return ExecutionOutcome.refused(
          "%d changes wait for their time already, so %s isn't scheduled: wait, or cancel one (deployclaw status lists them)"
              .formatted(MOST, entry.id()));
    }
    boolean moved = base.revision() != entry.baseRevision();
    if (moved) {
      return stale(entry, base.revision());
    }
    var decision =
        RecordedDecision.by(Name.SCHEDULE, "start-at")
            .leading(new Policies(base.digest(), entry.target()));
    var record = recorder.record(Phase.PLAN, ACTION, content.deciding(decision));
    return switch (ledger.permit(record, on, leadership, recorder)) {
      case Permit.Given() -> entry.waiting();
      case Permit.Refused() ->
          ExecutionOutcome.aborted(
              AbortCause.STALE, "something was committed while it was planned: ask again");
      case Permit.Unknown(String reason) ->
          ExecutionOutcome.unknown("it is unknown whether the change is scheduled: " + reason);
    };
  }

  /** Begins a change if it is due; another agent may have been the first, or a person. */
  public RequestOutcome begin(
      String id,
      Leadership leadership,
      InterruptibleFunction<ScheduledChange, RequestOutcome> starter)
      throws InterruptedException {
    var entry = ports.state().get(StoreKeys.scheduled(id));
    var scheduled =
        entry
            .flatMap(ScheduledChange::read)
            .filter(s -> s.atMillis() <= ports.time().instant().toEpochMilli());
    if (scheduled.isEmpty()) {
      return RequestOutcome.of("", ExecutionOutcome.noChange(id + " is no longer due"));
    }
    var over = tooLate(scheduled.get(), entry.get(), leadership);
    return over.isPresent() ? over.get() : starter.apply(scheduled.get());
  }

  /** What waits for its time under an id. */
  public Optional<ScheduledChange> find(String id) throws InterruptedException {
    return ports.state().get(StoreKeys.scheduled(id)).flatMap(ScheduledChange::read);
  }

  /** A person's approval before its time: it begins at its time all the same. */
  public RequestOutcome approve(
      ScheduledChange change, String who, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var entry = ports.state().get(StoreKeys.scheduled(change.id()));
    var approved = change.approved(who);
    var base = ledger.base();
    var content =
        new LogEntryContent(
                "approved by %s before its time".formatted(who),
                Status.OK,
                Map.of("approved_by", who, "target_digest", change.target()))
            .deciding(
                RecordedDecision.by(Name.SCHEDULE, "start-at")
                    .leading(new Policies(base.digest(), change.target())));
    var on =
        new Transaction(
            List.of(base.unmoved(), Condition.unmoved(StoreKeys.scheduled(change.id()), entry)),
            List.of(new Write.Put(StoreKeys.scheduled(change.id()), approved.bytes())));
    if (entry.isEmpty() || base.revision() != change.baseRevision()) {
      return RequestOutcome.refused(change.id(), stale(change, base.revision()).reason());
    }
    var record = recorder.record(Phase.GATE, ACTION, content);
    return switch (ledger.permit(record, on, leadership, recorder)) {
      case Permit.Given() ->
          finisher.end(recorder, approved.waiting(), Optional.of(leadership), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        recorder.fallSilent();
        yield RequestOutcome.of(
            change.id(),
            ExecutionOutcome.unknown("it is unknown whether the change is approved: ask again"));
      }
    };
  }

  /** Ends a schedule by a person's word; empty where there is none. */
  public Optional<RequestOutcome> cancel(String id, String who, Leadership leadership)
      throws InterruptedException {
    var entry = ports.state().get(StoreKeys.scheduled(id));
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    String what = "cancelled by " + who;
    var ending = ExecutionOutcome.aborted(AbortCause.REJECTED, what);
    return Optional.of(close(entry.get(), what, ending, leadership));
  }

  /** Its hour is past, or something was committed since it was planned: it is closed. */
  private Optional<RequestOutcome> tooLate(
      ScheduledChange scheduled, Entry entry, Leadership leadership) throws InterruptedException {
    var late = Duration.ofMillis(ports.time().instant().toEpochMilli() - scheduled.atMillis());
    if (late.compareTo(MOST_LATE) > 0) {
      String why =
          ("could not start within an hour of its time, %s: was deployclaw serve "
                  + "running, or another change under way? ask again")
              .formatted(Instant.ofEpochMilli(scheduled.atMillis()));
      var ending = ExecutionOutcome.aborted(AbortCause.EXPIRED, why);
      return Optional.of(close(entry, why, ending, leadership));
    }
    long revision = ledger.base().revision();
    if (revision == scheduled.baseRevision()) {
      return Optional.empty();
    }
    var stale = stale(scheduled, revision);
    return Optional.of(close(entry, stale.reason(), stale, leadership));
  }

  private static ExecutionOutcome stale(ScheduledChange scheduled, long revision) {
    return ExecutionOutcome.aborted(
        AbortCause.STALE,
        "guard active: observed revision %d, expected revision %d: something was committed since it was planned; ask again"
            .formatted(revision, scheduled.baseRevision()));
  }

  /** Takes a change that can't begin off. */
  public void drop(String id, Leadership leadership) throws InterruptedException {
    var entry = ports.state().get(StoreKeys.scheduled(id));
    if (entry.isPresent()) {
      write(entry.get(), new Write.Delete(entry.get().key()), leadership);
    }
  }

  private void write(Entry entry, Write write, Leadership leadership) throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Unmoved(entry.key(), entry.modRevision()));
    var _ = ports.state().transact(new Transaction(conditions, List.of(write)));
  }

  /** Takes it off, in the transaction that records why. */
  private RequestOutcome close(
      Entry entry, String why, ExecutionOutcome ending, Leadership leadership)
      throws InterruptedException {
    var recorder = recorders.goOn(ScheduledChange.id(entry), TaskOperation.APPLY_POLICIES);
    var content =
        new LogEntryContent(why, Status.WARNING)
            .deciding(RecordedDecision.by(Name.UNSCHEDULE, "taken-off"));
    var record = recorder.record(Phase.FINISH, ACTION, content);
    var on =
        new Transaction(
            List.of(new Condition.Unmoved(entry.key(), entry.modRevision())),
            List.of(new Write.Delete(entry.key())));
    return switch (ledger.permit(record, on, leadership, recorder)) {
      case Permit.Given() -> finisher.end(recorder, ending, Optional.of(leadership), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        recorder.fallSilent();
        yield RequestOutcome.of(
            ScheduledChange.id(entry),
            ExecutionOutcome.unknown("the schedule could not be changed: ask again"));
      }
    };
  }
}
