package dev.deployclaw.core.recovery;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.ChangeStateMachine;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.regression.SupersededChanges;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.writeback.SourceWriteBack;
import dev.deployclaw.core.writeback.SourceWriteBack.Tried;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what an agent that died left behind, decided from the state store alone: not committed
 * is presumed aborted, committed rolls forward to its end. Comes before anything else that writes.
 */
public record CrashRecovery(
    ChangeOrchestrator orchestrator,
    RecorderFactory recorders,
    ExecutionFinisher finisher,
    SourceWriteBack writeBack,
    GatePolicy gate,
    AgentPorts ports) {
  /** How the log of an agent that died ends where no change was opened. */
  public static final String NEVER_OPENED = "the agent ended before anything was changed";

  /** A failed change, its rollback, and each a few times over. */
  private static final int MOST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(CrashRecovery.class);

  /**
   * What was finished.
   *
   * @param blocked set when what is open could not be finished: nothing new may begin
   */
  public record Recovered(List<RequestOutcome> finished, Optional<RequestOutcome> blocked) {
    public Recovered {
      finished = List.copyOf(finished);
    }

    /** With more that was done; what was finished before is named once. */
    public Recovered and(List<RequestOutcome> late) {
      var named = finished.stream().map(RequestOutcome::execution).toList();
      var all = new ArrayList<>(finished);
      late.stream().filter(e -> !named.contains(e.execution())).forEach(all::add);
      return new Recovered(all, blocked);
    }
  }

  /**
   * Why somebody may not leave members out of what is open; empty where they may. Only of a way
   * back that waits: before that, it isn't known which members can't go.
   */
  public Optional<String> refuses(RollbackExclusions leftOut) throws InterruptedException {
    var whole = leftOut.members().stream().filter(m -> !m.contains("/")).findFirst();
    if (whole.isPresent()) {
      return Optional.of(
          "%s isn't a member, but a whole participant or unknown: name its members, such as"
                  .formatted(whole.get())
              + " gateway/edge/gw-01, as deployclaw status lists them");
    }
    var open = ledger().open();
    var x = open.isEmpty() ? Optional.<StoredExecution>empty() : ledger().read(open.get());
    if (x.filter(s -> waitsToGoBack(s.execution())).isEmpty()) {
      return Optional.of(noneWaits(open));
    }
    return x.flatMap(s -> gate.refusesLeavingOut(s.execution(), leftOut.by()))
        .map(GatePolicy.Refusal::reason);
  }

  /** A rollback that wasn't committed is aborted: no member has to go back by it. */
  private static boolean waitsToGoBack(ChangeExecution x) {
    boolean aborted =
        x.kind() == ChangeKind.ROLLBACK && ChangeStateMachine.presumedAborted(x.state());
    return x.goesBack() && !aborted;
  }

  private static String noneWaits(Optional<String> open) {
    String todo =
        open.map(id -> "finish " + id + " first: deployclaw recover, without --leave-out")
            .orElse(
                "deployclaw drift names members that differ, and"
                    + " deployclaw drift --repair restores them");
    return "no rollback waits, so nothing can be left out: " + todo;
  }

  /**
   * @param leftOut members without which a rollback may end
   */
  public Recovered run(Leadership leadership, Optional<RollbackExclusions> leftOut)
      throws InterruptedException {
    List<RequestOutcome> finished = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      var open = ledger().open();
      if (open.isEmpty()) {
        expire(leadership, finished);
        expireRepairs(leadership, finished);
        finishLogs(leadership, finished);
        return new Recovered(finished, Optional.empty());
      }
      var ended = finish(open.get(), leadership, leftOut);
      if (ledger().open().equals(open)) {
        return new Recovered(finished, Optional.of(ended));
      }
      finished.add(ended);
    }
    throw new IllegalStateException("no end to what is to be recovered");
  }

  private void finishLogs(Leadership leadership, List<RequestOutcome> finished)
      throws InterruptedException {
    var ledger = ledger();
    var accounts = new LogIncidentRecorder(ports.state(), ledger, recorders, finisher);
    var ends = new AbandonedLogFinisher(ports, ledger, recorders, finisher);
    finished.addAll(ends.write(leadership));
    finished.addAll(new LostRecordReporter(ports.journal(), accounts).account(leadership));
    finished.addAll(new StreamRepairReporter(ports.journal(), accounts).account(leadership));
  }

  private RequestOutcome finish(
      String id, Leadership leadership, Optional<RollbackExclusions> leftOut)
      throws InterruptedException {
    var stored = ledger().read(id);
    if (stored.isEmpty()) {
      String reason = "the open change " + id + " isn't in the state store: a person has to decide";
      return RequestOutcome.of(id, ExecutionOutcome.unknown(reason));
    }
    var x = stored.get().execution();
    var recorder = recorders.goOn(x.log(), operation(x));
    var word = leftOut.filter(_ -> waitsToGoBack(x));
    var context = new OrchestrationContext(leadership, recorder, Risks.NONE, word);
    recorder.about(x);
    word.ifPresent(l -> tellWord(l, recorder));
    var ending = presume(stored.get(), context);
    boolean ends = x.id().equals(x.log()) || ending.result() == ExecutionStatus.UNKNOWN;
    return ends
        ? finisher.end(recorder, ending, Optional.of(leadership), List.of())
        : RequestOutcome.of(x.id(), ending);
  }

  private ExecutionOutcome presume(StoredExecution stored, OrchestrationContext context)
      throws InterruptedException {
    var state = stored.execution().state();
    if (new SupersededChanges(ports.state()).has(stored.execution())) {
      tell(context, "found " + state.word() + ": " + RegressionDetector.ACCEPTED, "overtaken");
      return orchestrator.supersede(stored, context);
    }
    String found = "found " + state.word();
    if (ChangeStateMachine.presumedAborted(state)) {
      tell(context, found + ": not committed, presumed aborted", "presumed-aborted");
      return orchestrator.resume(
          stored,
          new ChangeEvent.Stopped(AbortCause.INTERRUPTED, "the agent ended before the commit"),
          context);
    }
    if (state.committed()) {
      tell(context, found + ": committed, rolling forward", "roll-forward");
    } else {
      tell(context, found + goingOn(state), "go-on");
    }
    return orchestrator.drive(stored, Optional.empty(), context);
  }

  private static void tellWord(RollbackExclusions leftOut, ExecutionRecorder recorder) {
    String members = MemberPhrases.names(leftOut.members());
    recorder.tell(
        Phase.FINISH,
        "Leaving members out",
        new LogEntryContent(
            leftOut.by() + " leaves out the members of these that can't be rolled back: " + members,
            Status.WARNING,
            Map.of("members", leftOut.members(), "who", leftOut.by())));
  }

  private static String goingOn(ChangeState state) {
    return state.onTrial() ? ": its cohort is committed, continuing with it" : ": continuing";
  }

  /** Held changes whose time is over, or whose epoch is, are ended, one after the other. */
  private void expire(Leadership leadership, List<RequestOutcome> finished)
      throws InterruptedException {
    long now = ports.time().instant().toEpochMilli();
    long upTo = new SupersededChanges(ports.state()).upTo();
    for (var x : ledger().changes()) {
      if (x.state() instanceof ChangeState.Held held
          && (held.untilMillis() < now || x.epoch() <= upTo)) {
        var stored = ledger().read(x.id()).orElseThrow();
        var recorder = recorders.goOn(x.log(), operation(x));
        var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
        var ending =
            x.epoch() <= upTo
                ? orchestrator.supersede(stored, context)
                : orchestrator.resume(stored, new ChangeEvent.Expired(), context);
        finished.add(finisher.end(recorder, ending, Optional.of(leadership), List.of()));
      }
    }
  }

  private ChangeLedger ledger() {
    return orchestrator.store().ledger();
  }

  private void expireRepairs(Leadership leadership, List<RequestOutcome> finished)
      throws InterruptedException {
    var heldRepairs = new HeldRepairStore(ports, ledger(), finisher);
    for (var held : heldRepairs.expired()) {
      var recorder = recorders.goOn(held.repair().id(), TaskOperation.REPAIR_DRIFT);
      finished.add(heldRepairs.drop(held, HeldRepairStore.expiry(), leadership, recorder));
    }
  }

  /**
   * What was to be written back and isn't yet: after what was asked for, which never waits for it.
   * An outage of the sources ends it; what can't be told stays for the next command.
   *
   * @param tried the change that was just written back, or tried to
   */
  public List<RequestOutcome> writeBack(String tried, Leadership leadership)
      throws InterruptedException {
    List<RequestOutcome> finished = new ArrayList<>();
    try {
      int tries = 0;
      for (String id : writeBack.pending()) {
        var came = id.equals(tried) ? Optional.<Tried>empty() : writeBack(id, leadership, finished);
        tries += came.isPresent() ? 1 : 0;
        if (tries == SourceWriteBack.MOST || came.filter(c -> !c.answered()).isPresent()) {
          break;
        }
      }
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("write-back is postponed to the next command that may write");
    }
    return finished;
  }

  private Optional<Tried> writeBack(String id, Leadership leadership, List<RequestOutcome> finished)
      throws InterruptedException {
    var x = ledger().read(id).map(StoredExecution::execution);
    var tried = writeBack.settle(id, leadership);
    if (x.isPresent() && tried.filter(Tried::over).isPresent()) {
      var recorder = recorders.goOn(id, operation(x.get()));
      recorder.tell(Phase.FINISH, SourceWriteBack.ACTION, tried.get().entry());
      var ending = ExecutionOutcome.of(x.get());
      finished.add(finisher.end(recorder, ending, Optional.of(leadership), List.of()));
    }
    tried
        .filter(t -> !t.over())
        .ifPresent(t ->
            LOG.atWarn()
                .addKeyValue("execution", id)
                .addKeyValue("reason", t.entry().detail())
                .log("still to be written back"));
    return tried;
  }

  /** What an execution follows; where an earlier version opened it, what all of its kind did. */
  public static TaskOperation operation(ChangeExecution x) {
    return x.followed()
        .flatMap(f -> TaskOperation.ofWord(f.operation()))
        .orElseGet(() -> ofKind(x));
  }

  private static TaskOperation ofKind(ChangeExecution x) {
    return x.kind() == ChangeKind.ROLLBACK ? TaskOperation.ROLLBACK : TaskOperation.APPLY_POLICIES;
  }

  private static void tell(OrchestrationContext context, String detail, String rule) {
    var entry =
        new LogEntryContent(detail, Status.WARNING)
            .deciding(RecordedDecision.by(Name.RECOVER, rule));
    context.recorder().tell(Phase.FINISH, "Recovering at start", entry);
  }

  /** Accounts for what the stream lost and was given again. */
  private record StreamRepairReporter(Journal journal, LogIncidentRecorder accounts) {
    private static final LogIncidentRecorder.Matter<Repaired> MATTER =
        new LogIncidentRecorder.Matter<>(
            StoreKeys.REPAIRED, one -> StoreKeys.repaired(one.name()), StreamRepairReporter::entry);

    /** The logs that account for them. */
    List<RequestOutcome> account(Leadership leadership) throws InterruptedException {
      return accounts.of(journal.stream().repaired(), MATTER, leadership);
    }

    private static LogIncidentRecorder.Entry entry(Repaired repaired) {
      return new LogIncidentRecorder.Entry(
          "Comparing the stream with the logs",
          repaired.cause(),
          "REPAIR: " + repaired.sentence(),
          "repair",
          repaired.facts());
    }
  }
}
