package dev.deployclaw.core.repair;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.change.publication.ConvergenceLoop;
import dev.deployclaw.core.change.publication.ConvergenceLoop.EarlyEnd;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.BackupOutcome;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader.Loaded;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry.Activated;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.survey.DriftDetector;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.core.survey.UnrestoredMembers;
import dev.deployclaw.core.task.TaskOperation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts back what is committed where something else is enforced: the same epoch and digest again,
 * never a new one. It is no change, so nothing is opened and nothing is decided; but it writes, so
 * it is done under leadership, and only while nothing is open, no freeze stands and the committed
 * epoch is the one that was compared. What was there before is kept first. Each of its acts can be
 * repeated, so an agent that dies in it leaves nothing that another repair would not finish.
 */
public record DriftRepair(
    AgentPorts ports,
    AgentSettings settings,
    ChangeStore store,
    HeldRepairStore heldRepairs,
    ParticipantFanout participants) {
  /** Repairs, or holds it until it is approved. */
  public RequestOutcome run(RequestOrigin by, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
    var permission = new RepairGate(heldRepairs, settings.gate(), by);
    return heldRepairs
        .finisher()
        .end(recorder, ending(permission, context), Optional.of(leadership), List.of());
  }

  /** Carries out what somebody approves. */
  public RequestOutcome approved(
      HeldRepairStore.Found held,
      String approver,
      Leadership leadership,
      ExecutionRecorder recorder)
      throws InterruptedException {
    var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
    var permission = new RepairGate(heldRepairs, settings.gate(), held, approver);
    var ending = ending(permission, context);
    boolean pointless =
        ending.result() == ExecutionStatus.NO_CHANGE
            || ending.cause().equals(Optional.of(AbortCause.STALE));
    if (pointless) {
      heldRepairs.forget(held, leadership);
    }
    return heldRepairs.finisher().end(recorder, ending, Optional.of(leadership), List.of());
  }

  /** Why the gate would hold it as things stand; empty where it would not. */
  public List<String> held(RequestOrigin by) throws InterruptedException {
    var scope =
        store
            .archive()
            .committed(store.ledger().base())
            .map(RepairGate::scope)
            .orElseGet(() -> ChangeScope.unknown(TaskOperation.REPAIR_DRIFT.word()));
    return settings.gate().reasons(by.requester(), Risks.of(by.demands(), scope));
  }

  /** The state store is only read before anything is written. */
  private ExecutionOutcome ending(RepairGate permission, OrchestrationContext context)
      throws InterruptedException {
    return StoreQuestion.answer(() -> repair(permission, context), ExecutionOutcome::unreachable);
  }

  private ExecutionOutcome repair(RepairGate permission, OrchestrationContext context)
      throws InterruptedException {
    var base = store.ledger().base();
    if (base.epoch() == 0) {
      return ExecutionOutcome.noChange("nothing was committed yet: nothing to repair");
    }
    return switch (new SkillPinCheck(ports.procedures())
        .activate(TaskOperation.REPAIR_DRIFT, context.recorder())) {
      case Activated.Refused(SkillRefusal refusal) -> SkillPinCheck.ending(refusal);
      case Activated.Ready(Procedure procedure) -> repair(base, procedure, permission, context);
    };
  }

  private ExecutionOutcome repair(
      BaseEpoch base, Procedure procedure, RepairGate permission, OrchestrationContext context)
      throws InterruptedException {
    var fault = KernelPhaseOrder.repairFault(procedure);
    if (fault.isPresent()) {
      return ExecutionOutcome.refused(fault.get());
    }
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    var x = store.ledger().read(base.change()).map(StoredExecution::execution);
    if (x.isEmpty()) {
      return ExecutionOutcome.unreachable(
          "nothing is stored of " + base.change() + ", which is committed");
    }
    return switch (store.archive().load(x.get())) {
      case Loaded.Missing(String reason) -> ExecutionOutcome.unreachable(reason);
      case Loaded.Ready(ChangeContent content) ->
          repair(new Ground(base, x.get(), content, procedure), permission, context);
    };
  }

  /** What is put back. */
  private record Ground(
      BaseEpoch base, ChangeExecution change, ChangeContent content, Procedure procedure) {
    EpochSpec activation() {
      return content.activation(change).at(base.step(), Optional.empty());
    }
  }

  private ExecutionOutcome repair(
      Ground ground, RepairGate permission, OrchestrationContext context)
      throws InterruptedException {
    var recorder = context.recorder();
    var procedure = ground.procedure();
    recorder.follow(procedure);
    recorder.about(ground.base().epoch());
    var survey = new EstateSurvey(ports, settings);
    var readings =
        new DriftDetector.Readings(
            participants,
            survey,
            new UnrestoredMembers(store.ledger(), store.archive(), participants));
    var detector = new DriftDetector(readings, ground.base(), ground.content().set());
    var before = detector.look(procedure, ground.activation(), context);
    if (before.well()) {
      return ExecutionOutcome.noChange(well(ground.base()) + ": nothing to repair");
    }
    if (!before.ahead().isEmpty()) {
      return regressed(before);
    }
    var waits = permission.ask(ground.base(), ground.content().set(), before, context);
    if (waits.isPresent()) {
      return waits.get();
    }
    var kept = keep(ground, before, context);
    if (kept.isPresent()) {
      return kept.get();
    }
    var refused = permit(ground, before, context);
    return refused.isPresent() ? refused.get() : reassert(ground, detector, before, context);
  }

  private static ExecutionOutcome regressed(DriftReport found) {
    return ExecutionOutcome.aborted(
        AbortCause.REGRESSED,
        "REGRESSED: "
            + String.join("; ", found.ahead())
            + "; the state store is older than what is enforced, as after a restored backup, so"
            + " nothing is written until a person decides");
  }

  private ExecutionOutcome reassert(
      Ground ground, DriftDetector detector, DriftReport before, OrchestrationContext context)
      throws InterruptedException {
    var recorder = context.recorder();
    var activation = ground.activation();
    // where nothing is managed, who is beside a member that is behind may have edited what is
    // theirs
    var again = activation.restoringOnly(before.differing().keySet());
    long from = ports.time().micros();
    var replies = participants.again(before.participants(), again, context.callContext());
    recorder.tellTimed(
        Phase.PUBLISH,
        "Publishing epoch " + activation.epoch() + " again",
        LogEntryContent.of(replies),
        from);
    recorder.summarise(
        replies.counts() + " published again", replies.allYes() ? Status.OK : Status.WARNING);
    recorder.took(Phase.PUBLISH, from);
    enter("repair.confirm", ground, recorder);
    from = ports.time().micros();
    var convergence =
        new ConvergenceLoop(participants, store.ledger(), settings.bounds(), ports.time());
    // a refusal is definite: only the others are waited for
    var end = new EarlyEnd(true, Set.copyOf(replies.members(Answer.NO)));
    convergence.await(before.participants(), again, context, end);
    var after = detector.again(activation, context).refusing(replies);
    recorder.took(Phase.CONVERGE, from);
    return told(before, after, context);
  }

  /** By name: who is repaired, and who isn't and why. */
  private static ExecutionOutcome told(
      DriftReport before, DriftReport after, OrchestrationContext context) {
    var repaired =
        before.differing().keySet().stream().filter(m -> !after.differing().containsKey(m));
    var names = repaired.toList();
    var facts = new TreeMap<String, Object>();
    facts.put("repaired", names.stream().limit(DriftReport.MOST_LISTED).toList());
    facts.put("left", after.listed());
    String done =
        names.isEmpty() ? "nothing is repaired" : "repaired: " + MemberPhrases.names(names);
    String left = after.well() ? "" : "not repaired: " + after.sentence();
    var status = after.well() ? Status.OK : after.refused() ? Status.ERROR : Status.UNKNOWN;
    String detail = left.isEmpty() ? done : left + "; " + done;
    context
        .recorder()
        .tell(Phase.CONVERGE, "Comparing again", new LogEntryContent(detail, status, facts));
    context.recorder().summarise(detail, status);
    if (after.well()) {
      return ExecutionOutcome.completed(done);
    }
    return after.refused() ? ExecutionOutcome.failed(detail) : ExecutionOutcome.unknown(detail);
  }

  /**
   * What was there goes to the object store under its hash, as a checkpoint does, before anything
   * is written over it.
   */
  private Optional<ExecutionOutcome> keep(
      Ground ground, DriftReport before, OrchestrationContext context) throws InterruptedException {
    enter("repair.keep", ground, context.recorder());
    long from = ports.time().micros();
    var observed = participants.observe(context.callContext());
    byte[] bytes =
        CheckpointFile.of(ground.change(), observed, Optional.of(ground.content().set())).bytes();
    var found = BackupOutcome.keep(ports.objects(), bytes).without(unkept(observed, before));
    var facts = new TreeMap<String, Object>(found.facts());
    facts.put("found", before.listed());
    var entry = new LogEntryContent(found.sentence(), found.status(), facts);
    context.recorder().tellTimed(Phase.CHECKPOINT, "Keeping what is there", entry, from);
    context.recorder().summarise(found.sentence(), found.status());
    context.recorder().took(Phase.CHECKPOINT, from);
    return found.kept()
        ? Optional.empty()
        : Optional.of(
            ExecutionOutcome.unreachable("nothing was repaired, since " + found.sentence()));
  }

  /** Who may be written over, and said nothing of what they hold. */
  private static List<String> unkept(ParticipantReplies observed, DriftReport before) {
    return before.participants().stream()
        .flatMap(name -> observed.reports().getOrDefault(name, List.of()).stream())
        .filter(MemberReport::unseen)
        .map(MemberReport::member)
        .sorted()
        .toList();
  }

  /** The record of what is about to be done, in the transaction that allows it. */
  private Optional<ExecutionOutcome> permit(
      Ground ground, DriftReport before, OrchestrationContext context) throws InterruptedException {
    enter("repair.assert", ground, context.recorder());
    var facts =
        Map.<String, Object>of(
            "participants", before.participants(),
            "digest", ground.base().digest(),
            "term", context.leadership().term());
    String detail = "at " + String.join(", ", before.participants());
    String action = "Putting epoch " + ground.base().epoch() + " back";
    var entry =
        new LogEntryContent(detail, Status.OK, facts)
            .deciding(RecordedDecision.by(Name.REPAIR, "committed-again"));
    var record = context.recorder().record(Phase.PUBLISH, action, entry);
    List<Condition> conditions =
        List.of(
            new Condition.Unmoved(StoreKeys.ACTIVE, ground.base().revision()),
            new Condition.Absent(StoreKeys.OPEN),
            new Condition.Absent(StoreKeys.FREEZE));
    var on = new Transaction(conditions, List.of());
    return switch (store.ledger().permit(record, on, context.leadership(), context.recorder())) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() -> Optional.of(why(ground, context));
      case Permit.Unknown(String reason) ->
          Optional.of(ExecutionOutcome.unreachable("nothing was repaired: " + reason));
    };
  }

  private ExecutionOutcome why(Ground ground, OrchestrationContext context)
      throws InterruptedException {
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    if (store.ledger().base().revision() != ground.base().revision()) {
      return ExecutionOutcome.aborted(AbortCause.STALE, "another epoch was committed meanwhile");
    }
    context.recorder().fallSilent();
    return ExecutionOutcome.aborted(AbortCause.INTERRUPTED, "another agent leads now");
  }

  private static String well(BaseEpoch base) {
    return ChangeContent.rollbackTarget(base) == 0
        ? "the state before the first change is back, and unmanaged"
        : Discrepancy.sentence(List.of());
  }

  /** A kill switch stops this, too: what was changed by hand meanwhile may be meant. */
  private Optional<ExecutionOutcome> frozen() throws InterruptedException {
    return store
        .ledger()
        .freeze()
        .map(f -> ExecutionOutcome.aborted(AbortCause.FROZEN, f.refusal()));
  }

  private static void enter(String operation, Ground ground, ExecutionRecorder recorder) {
    var steps = ground.procedure().steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).operations().contains(operation)) {
        recorder.enter(i + 1);
      }
    }
  }
}
