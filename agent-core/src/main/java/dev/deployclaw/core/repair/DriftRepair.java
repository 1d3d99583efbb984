package dev.deployclaw.core.repair;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.change.ConvergenceLoop;
import dev.deployclaw.core.change.ConvergenceLoop.EarlyEnd;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.BackupOutcome;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
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
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
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
public final class DriftRepair {
  private final ChangeOrchestrator orchestrator;
  private final ChangeLedger ledger;
  private final ExecutionFinisher epilogue;
  private final AgentPorts ports;
  private final AgentSettings settings;
  private final ParticipantFanout crew;
  private final HeldRepairStore heldRepairs;

  public DriftRepair(
      ChangeOrchestrator orchestrator,
      ExecutionFinisher epilogue,
      AgentPorts ports,
      AgentSettings settings) {
    this.orchestrator = orchestrator;
    this.ledger = orchestrator.ledger();
    this.epilogue = epilogue;
    this.ports = ports;
    this.settings = settings;
    this.crew = new ParticipantFanout(ports.executors(), settings);
    this.heldRepairs = new HeldRepairStore(ports, ledger, epilogue);
  }

  /** Repairs, or holds it until it is approved. */
  public RequestOutcome run(RequestOrigin by, Leadership leadership, ExecutionRecorder story)
      throws InterruptedException {
    var duty = new OrchestrationContext(leadership, story, Risks.NONE);
    var permission = new RepairGate(heldRepairs, settings.gate(), by);
    return epilogue.end(story, ending(permission, duty), Optional.of(leadership), List.of());
  }

  /** Carries out what somebody approves. */
  public RequestOutcome approved(
      HeldRepairStore.Found held, String approver, Leadership leadership, ExecutionRecorder story)
      throws InterruptedException {
    var duty = new OrchestrationContext(leadership, story, Risks.NONE);
    var permission = new RepairGate(heldRepairs, settings.gate(), held, approver);
    var ending = ending(permission, duty);
    boolean pointless =
        ending.result() == ExecutionStatus.NO_CHANGE
            || ending.cause().equals(Optional.of(AbortCause.STALE));
    if (pointless) {
      heldRepairs.forget(held, leadership);
    }
    return epilogue.end(story, ending, Optional.of(leadership), List.of());
  }

  /** Why the gate would hold it as things stand; empty where it would not. */
  public List<String> held(RequestOrigin by) throws InterruptedException {
    var reach =
        orchestrator
            .archive()
            .committed(ledger.base())
            .map(RepairGate::reach)
            .orElseGet(() -> ChangeScope.unknown(TaskOperation.REPAIR_DRIFT.word()));
    return settings.gate().reasons(by.requester(), Risks.of(by.demands(), reach));
  }

  /** The state store is only read before anything is written. */
  private ExecutionOutcome ending(RepairGate permission, OrchestrationContext duty)
      throws InterruptedException {
    try {
      return repair(permission, duty);
    } catch (Unreachable e) {
      return ExecutionOutcome.unreachable("the state store can't be reached: " + e.getMessage());
    }
  }

  private ExecutionOutcome repair(RepairGate permission, OrchestrationContext duty)
      throws InterruptedException {
    var base = ledger.base();
    if (base.epoch() == 0) {
      return noChange("nothing was committed yet: nothing to repair");
    }
    return switch (new SkillPinCheck(ports.playbook())
        .activate(TaskOperation.REPAIR_DRIFT, duty.story())) {
      case Activated.Refused(SkillRefusal refusal) -> SkillPinCheck.ending(refusal);
      case Activated.Ready(Procedure procedure) -> repair(base, procedure, permission, duty);
    };
  }

  private ExecutionOutcome repair(
      BaseEpoch base, Procedure procedure, RepairGate permission, OrchestrationContext duty)
      throws InterruptedException {
    var fault = KernelPhaseOrder.repairFault(procedure);
    if (fault.isPresent()) {
      return new ExecutionOutcome(ExecutionStatus.REFUSED, ExitCode.REFUSED, fault.get());
    }
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    var x = ledger.read(base.change()).map(StoredExecution::execution);
    if (x.isEmpty()) {
      return ExecutionOutcome.unreachable(
          "nothing is stored of " + base.change() + ", which is committed");
    }
    return switch (orchestrator.archive().load(x.get())) {
      case Loaded.Missing(String reason) -> ExecutionOutcome.unreachable(reason);
      case Loaded.Ready(ChangeContent content) ->
          repair(new Ground(base, x.get(), content, procedure), permission, duty);
    };
  }

  /** What is put back. */
  private record Ground(
      BaseEpoch base, ChangeExecution change, ChangeContent content, Procedure procedure) {
    EpochSpec activation() {
      return content.activation(change).at(base.step(), Optional.empty());
    }
  }

  private ExecutionOutcome repair(Ground ground, RepairGate permission, OrchestrationContext duty)
      throws InterruptedException {
    var story = duty.story();
    var procedure = ground.procedure();
    story.follow(procedure);
    story.about(ground.base().epoch());
    var survey = new EstateSurvey(ports, settings);
    var readings =
        new DriftDetector.Readings(
            crew, survey, new UnrestoredMembers(ledger, orchestrator.archive(), crew));
    var standing = new DriftDetector(readings, ground.base(), ground.content().set());
    var before = standing.look(procedure, ground.activation(), duty);
    if (before.well()) {
      return noChange(well(ground.base()) + ": nothing to repair");
    }
    if (!before.ahead().isEmpty()) {
      return regressed(before);
    }
    var waits = permission.ask(ground.base(), ground.content().set(), before, duty);
    if (waits.isPresent()) {
      return waits.get();
    }
    var kept = keep(ground, before, duty);
    if (kept.isPresent()) {
      return kept.get();
    }
    var refused = permit(ground, before, duty);
    return refused.isPresent() ? refused.get() : reassert(ground, standing, before, duty);
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
      Ground ground, DriftDetector standing, DriftReport before, OrchestrationContext duty)
      throws InterruptedException {
    var story = duty.story();
    var activation = ground.activation();
    // where nothing is managed, who is beside a member that is behind may have edited what is
    // theirs
    var again = activation.restoringOnly(before.amiss().keySet());
    long from = ports.time().micros();
    var tally = crew.again(before.participants(), again, duty.mandate());
    story.tellTimed(
        Phase.PUBLISH,
        "Publishing epoch " + activation.epoch() + " again",
        LogEntryContent.of(tally),
        from);
    story.summarise(
        tally.counts() + " published again", tally.allYes() ? Status.OK : Status.WARNING);
    story.took(Phase.PUBLISH, from);
    enter("repair.confirm", ground, story);
    from = ports.time().micros();
    var convergence = new ConvergenceLoop(crew, ledger, settings.bounds(), ports.time());
    // a refusal is definite: only the others are waited for
    var end = new EarlyEnd(true, Set.copyOf(tally.members(Answer.NO)));
    convergence.await(before.participants(), again, duty, end);
    var after = standing.again(activation, duty).refusing(tally);
    story.took(Phase.CONVERGE, from);
    return told(before, after, duty);
  }

  /** By name: who is repaired, and who isn't and why. */
  private static ExecutionOutcome told(
      DriftReport before, DriftReport after, OrchestrationContext duty) {
    var repaired = before.amiss().keySet().stream().filter(m -> !after.amiss().containsKey(m));
    var names = repaired.toList();
    var facts = new TreeMap<String, Object>();
    facts.put("repaired", names.stream().limit(DriftReport.MOST_LISTED).toList());
    facts.put("left", after.listed());
    String done =
        names.isEmpty() ? "nothing is repaired" : "repaired: " + MemberPhrases.names(names);
    String left = after.well() ? "" : "not repaired: " + after.sentence();
    var status = after.well() ? Status.OK : after.refused() ? Status.ERROR : Status.UNKNOWN;
    String detail = left.isEmpty() ? done : left + "; " + done;
    duty.story()
        .tell(Phase.CONVERGE, "Comparing again", new LogEntryContent(detail, status, facts));
    duty.story().summarise(detail, status);
    if (after.well()) {
      return new ExecutionOutcome(ExecutionStatus.COMPLETED, ExitCode.OK, done);
    }
    return after.refused()
        ? new ExecutionOutcome(ExecutionStatus.FAILED, ExitCode.FAILED, detail)
        : ExecutionOutcome.unknown(detail);
  }

  /**
   * What was there goes to the object store under its hash, as a checkpoint does, before anything
   * is written over it.
   */
  private Optional<ExecutionOutcome> keep(
      Ground ground, DriftReport before, OrchestrationContext duty) throws InterruptedException {
    enter("repair.keep", ground, duty.story());
    long from = ports.time().micros();
    var observed = crew.observe(duty.mandate());
    byte[] bytes =
        CheckpointFile.of(ground.change(), observed, Optional.of(ground.content().set())).bytes();
    var found = BackupOutcome.keep(ports.objects(), bytes).without(unkept(observed, before));
    var facts = new TreeMap<String, Object>(found.facts());
    facts.put("found", before.listed());
    var telling = new LogEntryContent(found.sentence(), found.status(), facts);
    duty.story().tellTimed(Phase.CHECKPOINT, "Keeping what is there", telling, from);
    duty.story().summarise(found.sentence(), found.status());
    duty.story().took(Phase.CHECKPOINT, from);
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
      Ground ground, DriftReport before, OrchestrationContext duty) throws InterruptedException {
    enter("repair.assert", ground, duty.story());
    var facts =
        Map.<String, Object>of(
            "participants", before.participants(),
            "digest", ground.base().digest(),
            "term", duty.leadership().term());
    String detail = "at " + String.join(", ", before.participants());
    String action = "Putting epoch " + ground.base().epoch() + " back";
    var telling =
        new LogEntryContent(detail, Status.OK, facts)
            .deciding(RecordedDecision.by(Name.REPAIR, "committed-again"));
    var record = duty.story().record(Phase.PUBLISH, action, telling);
    List<Condition> conditions =
        List.of(
            new Condition.Unmoved(StoreKeys.ACTIVE, ground.base().revision()),
            new Condition.Absent(StoreKeys.OPEN),
            new Condition.Absent(StoreKeys.FREEZE));
    var on = new Transaction(conditions, List.of());
    return switch (ledger.permit(record, on, duty.leadership(), duty.story())) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() -> Optional.of(why(ground, duty));
      case Permit.Unknown(String reason) ->
          Optional.of(ExecutionOutcome.unreachable("nothing was repaired: " + reason));
    };
  }

  private ExecutionOutcome why(Ground ground, OrchestrationContext duty)
      throws InterruptedException {
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    if (ledger.base().revision() != ground.base().revision()) {
      return ExecutionOutcome.aborted(AbortCause.STALE, "another epoch was committed meanwhile");
    }
    duty.story().fallSilent();
    return ExecutionOutcome.aborted(AbortCause.INTERRUPTED, "another agent leads now");
  }

  private static String well(BaseEpoch base) {
    return ChangeContent.wayBackTo(base) == 0
        ? "the state before the first change is back, and unmanaged"
        : Discrepancy.sentence(List.of());
  }

  /** A kill switch stops this, too: what was changed by hand meanwhile may be meant. */
  private Optional<ExecutionOutcome> frozen() throws InterruptedException {
    return ledger.freeze().map(f -> ExecutionOutcome.aborted(AbortCause.FROZEN, f.refusal()));
  }

  private static void enter(String operation, Ground ground, ExecutionRecorder story) {
    var steps = ground.procedure().steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).operations().contains(operation)) {
        story.enter(i + 1);
      }
    }
  }

  private static ExecutionOutcome noChange(String reason) {
    return new ExecutionOutcome(ExecutionStatus.NO_CHANGE, ExitCode.OK, reason);
  }
}
