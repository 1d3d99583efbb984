package dev.deployclaw.core.repair;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.UnreadableRecordException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Repairs that wait for an approval. Each lies in the state store, written under the lead together
 * with its record, so any agent can go on with it, once. Used by one thread.
 */
public record HeldRepairStore(AgentPorts ports, ChangeLedger ledger, ExecutionFinisher finisher) {
  /** How many may wait at once. */
  static final int MOST = 100;

  /** One, and the entry that it was read from. */
  public record Found(HeldRepair repair, Entry entry) {
    /** How its log ends while it waits. */
    public ExecutionOutcome ending() {
      return new ExecutionOutcome(ExecutionStatus.HELD, ExitCode.HELD, repair.why());
    }

    public boolean expired(Instant now) {
      return repair.untilMillis() < now.toEpochMilli();
    }
  }

  Instant now() {
    return ports.time().instant();
  }

  public Optional<Found> find(String id) throws InterruptedException {
    return ports.state().get(StoreKeys.heldRepair(id)).flatMap(HeldRepairStore::read);
  }

  public List<HeldRepair> all() throws InterruptedException {
    return entries().stream().map(Found::repair).toList();
  }

  private List<Found> entries() throws InterruptedException {
    return ports.state().list(StoreKeys.HELD_REPAIRS).stream()
        .map(HeldRepairStore::read)
        .flatMap(Optional::stream)
        .toList();
  }

  /** An entry, if it is what one writes, and of the execution whose key it is. */
  public static Optional<Found> read(Entry entry) {
    try {
      return Optional.of(new Found(HeldRepair.read(entry.value()), entry))
          .filter(f -> entry.key().equals(StoreKeys.heldRepair(f.repair().id())));
    } catch (UnreadableRecordException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps one until it is approved, in the transaction that records it.
   *
   * @param rule of the gate that holds it
   */
  ExecutionOutcome keep(
      HeldRepair repair, String rule, BaseEpoch base, OrchestrationContext context)
      throws InterruptedException {
    if (ports.state().keys(StoreKeys.HELD_REPAIRS).size() >= MOST) {
      return ExecutionOutcome.refused(
          "%d repairs wait for an approval already: approve or reject one (deployclaw status lists them)"
              .formatted(MOST));
    }
    var facts = new TreeMap<String, Object>();
    facts.put("until", Instant.ofEpochMilli(repair.untilMillis()).toString());
    facts.put("base_revision", repair.baseRevision());
    var entry =
        new LogEntryContent(
                "%s; plan %s".formatted(repair.why(), repair.planHash().substring(0, 12)),
                Status.WARNING,
                facts)
            .deciding(RecordedDecision.by(Name.AWAIT, rule));
    String key = StoreKeys.heldRepair(repair.id());
    var on =
        new Transaction(
            List.of(base.unmoved(), new Condition.Absent(key)),
            List.of(new Write.Put(key, repair.bytes())));
    return switch (record(Phase.GATE, entry, on, context)) {
      case Permit.Given() ->
          new ExecutionOutcome(ExecutionStatus.HELD, ExitCode.HELD, repair.why());
      case Permit.Refused() -> refused("something was committed while it was planned", context);
      case Permit.Unknown(String reason) ->
          ExecutionOutcome.unknown("it is unknown whether the repair is held: " + reason);
    };
  }

  /** Uses the approval up, in the transaction that records it; how it ends, where that fails. */
  Optional<ExecutionOutcome> authorize(Found held, String approver, OrchestrationContext context)
      throws InterruptedException {
    var facts = new TreeMap<String, Object>();
    facts.put("approver", approver);
    facts.put("approved_plan", held.repair().planHash());
    facts.put("approved_revision", held.repair().baseRevision());
    var entry =
        new LogEntryContent("approved by " + approver, Status.OK, facts)
            .deciding(RecordedDecision.by(Name.AUTHORIZE, "approver"));
    return switch (record(Phase.GATE, entry, taking(held), context)) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() ->
          Optional.of(
              refused(
                  "it was approved or rejected meanwhile, or another epoch committed", context));
      case Permit.Unknown(String reason) -> Optional.of(ExecutionOutcome.unknown(reason));
    };
  }

  /** Another agent that leads has the log by now; else what it was planned on moved. */
  private ExecutionOutcome refused(String moved, OrchestrationContext context)
      throws InterruptedException {
    if (ledger.leads(context.leadership())) {
      return ExecutionOutcome.aborted(AbortCause.STALE, moved + ": ask again");
    }
    context.recorder().fallSilent();
    return ExecutionOutcome.aborted(AbortCause.INTERRUPTED, "another agent leads now");
  }

  /** Ends one that a person rejects. */
  public RequestOutcome reject(
      Found held, String who, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    String why = "rejected by " + who;
    var entry =
        new LogEntryContent(why, Status.WARNING, Map.of("who", who))
            .deciding(RecordedDecision.by(Name.REFUSE, "approver"));
    return close(
        held,
        entry,
        ExecutionOutcome.aborted(AbortCause.REJECTED, why),
        new OrchestrationContext(leadership, recorder, Risks.NONE));
  }

  /** Ends one that can't be approved any more. */
  public RequestOutcome drop(
      Found held, ExecutionOutcome ending, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var entry = new LogEntryContent(ending.reason(), Status.WARNING);
    return close(held, entry, ending, new OrchestrationContext(leadership, recorder, Risks.NONE));
  }

  /**
   * Takes one off that has nothing to repair any more, or something else; its log ends with that.
   */
  void forget(Found held, Leadership leadership) throws InterruptedException {
    var conditions = new ArrayList<>(leadership.conditions());
    conditions.addAll(unmoved(held));
    var _ =
        ports
            .state()
            .transact(new Transaction(conditions, List.of(new Write.Delete(held.entry().key()))));
  }

  /** Those whose time is over. */
  public List<Found> expired() throws InterruptedException {
    return entries().stream().filter(f -> f.expired(now())).toList();
  }

  public static ExecutionOutcome expiry() {
    return ExecutionOutcome.aborted(AbortCause.EXPIRED, "it was not approved in time");
  }

  private RequestOutcome close(
      Found held, LogEntryContent entry, ExecutionOutcome ending, OrchestrationContext context)
      throws InterruptedException {
    var on = new Transaction(unmoved(held), List.of(new Write.Delete(held.entry().key())));
    return switch (record(Phase.FINISH, entry, on, context)) {
      case Permit.Given() ->
          finisher.end(context.recorder(), ending, Optional.of(context.leadership()), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        context.recorder().fallSilent();
        yield RequestOutcome.of(
            held.repair().id(),
            ExecutionOutcome.unknown("the held repair could not be ended: ask again"));
      }
    };
  }

  private Transaction taking(Found held) {
    var conditions = new ArrayList<>(unmoved(held));
    conditions.add(new Condition.Unmoved(StoreKeys.ACTIVE, held.repair().baseRevision()));
    return new Transaction(conditions, List.of(new Write.Delete(held.entry().key())));
  }

  private static List<Condition> unmoved(Found held) {
    return List.of(new Condition.Unmoved(held.entry().key(), held.entry().modRevision()));
  }

  private Permit record(
      Phase phase, LogEntryContent entry, Transaction on, OrchestrationContext context)
      throws InterruptedException {
    var record = context.recorder().record(phase, "Waiting for an approval", entry);
    return ledger.permit(record, on, context.leadership(), context.recorder());
  }
}
