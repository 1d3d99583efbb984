package dev.deployclaw.core.service;

import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.Approval;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.planning.PlanningResult;
import dev.deployclaw.core.recovery.CrashRecovery;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A person's word on a held change. What is refused of it stands in the change's log; where that is
 * ended already, in the application's.
 */
record ApprovalService(AgentComponents parts) {
  private static final Logger LOG = LoggerFactory.getLogger(ApprovalService.class);

  RequestOutcome approve(HoldDecision word, Leadership leadership) throws InterruptedException {
    String id = word.execution();
    String who = word.who();
    var held = held(id);
    if (held.isEmpty()) {
      var repair = parts.heldRepairs().find(id);
      if (repair.isPresent()) {
        return approve(repair.get(), word, leadership);
      }
      var scheduled = ahead(id);
      if (scheduled.isPresent()) {
        return approve(scheduled.get(), word, leadership);
      }
      var ended = notHeld(id);
      LOG.atWarn()
          .addKeyValue("execution", id)
          .addKeyValue("who", who)
          .addKeyValue("reason", ended.reason())
          .log("approval refused");
      return ended;
    }
    var x = held.get().execution();
    var context = context(x, leadership);
    var refused = parts.settings().gate().refuses(PendingApproval.of(x), who, word.plan());
    if (refused.isPresent()) {
      return refuse(refused.get().reason(), who, ExecutionOutcome.of(x.state()), context);
    }
    explain(word, context.recorder());
    long now = parts.time().instant().toEpochMilli();
    String checkpoint = x.checkpoint().orElseThrow().sha256();
    ChangeEvent event =
        x.state() instanceof ChangeState.Held h && h.untilMillis() < now
            ? new ChangeEvent.Expired()
            : new ChangeEvent.Approved(
                new Approval(who, now, x.planHash(), checkpoint, x.base().revision()));
    return end(held.get(), event, context);
  }

  private RequestOutcome approve(
      HeldRepairStore.Found held, HoldDecision word, Leadership leadership)
      throws InterruptedException {
    var repair = held.repair();
    String who = word.who();
    var recorder = parts.recorders().goOn(repair.id(), TaskOperation.REPAIR_DRIFT);
    var refused = parts.settings().gate().refuses(repair.waiting(), who, word.plan());
    if (refused.isPresent()) {
      var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
      return refuse(refused.get().reason(), who, held.ending(), context);
    }
    explain(word, recorder);
    return held.expired(parts.time().instant())
        ? parts.heldRepairs().drop(held, HeldRepairStore.expiry(), leadership, recorder)
        : parts.repairing().approved(held, who, leadership, recorder);
  }

  /** Of a change that waits for its time: it begins then, and isn't held any more. */
  private RequestOutcome approve(
      ScheduledChange scheduled, HoldDecision word, Leadership leadership)
      throws InterruptedException {
    String who = word.who();
    var recorder = parts.recorders().goOn(scheduled.id(), TaskOperation.APPLY_POLICIES);
    var pending = scheduled.pending().orElseThrow();
    recorder.planned(pending.planHash());
    var refused = parts.settings().gate().refuses(pending, who, word.plan());
    if (refused.isPresent()) {
      var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
      return refuse(refused.get().reason(), who, scheduled.waiting(), context);
    }
    explain(word, recorder);
    return parts.scheduler().approve(scheduled, who, leadership, recorder);
  }

  /** What waits for its time and for an approval, too. */
  private Optional<ScheduledChange> ahead(String id) throws InterruptedException {
    return parts.scheduler().find(id).filter(s -> s.hold().isPresent() && s.approvedBy().isEmpty());
  }

  /** Before the decision takes effect, so that no decision lacks the reason that was given. */
  private static void explain(HoldDecision word, ExecutionRecorder recorder) {
    if (!word.reason().isEmpty()) {
      var facts = Map.<String, Object>of("who", word.who());
      recorder.tell(
          Phase.GATE, "Reason of a decision", new LogEntryContent(word.reason(), Status.OK, facts));
    }
  }

  /** What was held stays held, and so says its log. */
  private RequestOutcome refuse(
      String reason, String who, ExecutionOutcome still, OrchestrationContext context)
      throws InterruptedException {
    var entry =
        new LogEntryContent(reason, Status.WARNING, Map.of("who", who))
            .deciding(RecordedDecision.by(Name.REFUSE, "approver"));
    context.recorder().tell(Phase.GATE, "Approval refused", entry);
    parts.finisher().end(context.recorder(), still, Optional.of(context.leadership()), List.of());
    return RequestOutcome.refused(context.recorder().execution(), reason);
  }

  /**
   * Why a word on a change would be refused as things stand.
   *
   * @param plan for an approval, the hash that is quoted, or how it begins
   */
  Optional<ApprovalRefusal> objection(String id, String who, boolean approves, String plan)
      throws InterruptedException {
    var there = parts.orchestrator().store().ledger().read(id);
    var repair = parts.heldRepairs().find(id);
    if (!approves && (parts.scheduler().holds(id) || repair.isPresent())) {
      return Optional.empty();
    }
    if (repair.isPresent()) {
      return notAllowed(repair.get().repair().waiting(), who, plan);
    }
    var scheduled = ahead(id);
    if (scheduled.isPresent()) {
      return notAllowed(scheduled.get().pending().orElseThrow(), who, plan);
    }
    if (there.isEmpty() && !parts.scheduler().holds(id)) {
      return Optional.of(
          new ApprovalRefusal(ApprovalRefusal.Kind.NO_SUCH_CHANGE, notHeld(id).reason()));
    }
    if (there.isEmpty() || !(there.get().execution().state() instanceof ChangeState.Held)) {
      return Optional.of(new ApprovalRefusal(ApprovalRefusal.Kind.NOT_HELD, notHeld(id).reason()));
    }
    return approves
        ? notAllowed(PendingApproval.of(there.get().execution()), who, plan)
        : Optional.empty();
  }

  /** What a held change or repair would change; empty where that execution isn't held. */
  Optional<HeldPlan> plan(String id) throws InterruptedException {
    var base = parts.orchestrator().store().ledger().base();
    var held = held(id).map(StoredExecution::execution);
    if (held.isPresent()) {
      var x = held.get();
      return Optional.of(new HeldPlan(PendingApproval.of(x), changes(x), terms(x, base)));
    }
    var scheduled = ahead(id);
    if (scheduled.isPresent()) {
      var s = scheduled.get();
      var terms = terms(s.baseRevision(), Optional.empty(), base);
      return Optional.of(new HeldPlan(s.pending().orElseThrow(), changes(s), terms));
    }
    return parts
        .heldRepairs()
        .find(id)
        .map(HeldRepairStore.Found::repair)
        .map(r ->
            new HeldPlan(
                r.waiting(),
                r.found(),
                terms(r.baseRevision(), Optional.of(r.untilMillis()), base)));
  }

  private static HoldTerms terms(ChangeExecution x, BaseEpoch now) {
    var until =
        x.state() instanceof ChangeState.Held held
            ? Optional.of(held.untilMillis())
            : Optional.<Long>empty();
    return new HoldTerms(
        x.checkpoint().map(Checkpoint::sha256),
        Optional.of(x.base().epoch()),
        x.base().revision(),
        until,
        x.base().revision() == now.revision());
  }

  /** Of what takes its checkpoint after the approval. */
  private static HoldTerms terms(long revision, Optional<Long> until, BaseEpoch now) {
    boolean current = revision == now.revision();
    var epoch = Optional.of(now.epoch()).filter(_ -> current);
    return new HoldTerms(Optional.empty(), epoch, revision, until, current);
  }

  /** Planned as it would be at its time; empty where that leads elsewhere by now. */
  private List<String> changes(ScheduledChange scheduled) throws InterruptedException {
    var recorder =
        new RecorderFactory(parts.ports().unlogged(), parts.settings(), ProgressListener.NONE)
            .begin(TaskOperation.APPLY_POLICIES, false);
    return parts.plan(scheduled.task(), recorder).result() instanceof PlanningResult.Ready ready
            && ready.plan().targetDigest().equals(scheduled.target())
        ? ready.plan().diff().differences().stream().map(FieldDifference::text).toList()
        : List.of();
  }

  private List<String> changes(ChangeExecution x) throws InterruptedException {
    return parts.orchestrator().store().archive().load(x)
            instanceof PolicySetReader.Loaded.Ready(ChangeContent content)
        ? PolicyDiff.between(content.previous().orElse(PolicySet.EMPTY), content.set())
            .differences()
            .stream()
            .map(FieldDifference::text)
            .toList()
        : List.of();
  }

  private Optional<ApprovalRefusal> notAllowed(PendingApproval waiting, String who, String plan) {
    return parts.settings().gate().refuses(waiting, who, plan).map(ApprovalRefusal::of);
  }

  /** Of a change that waits for its time, or for its end, it takes that away. */
  RequestOutcome reject(HoldDecision word, Leadership leadership) throws InterruptedException {
    String id = word.execution();
    String who = word.who();
    var held = held(id);
    if (held.isPresent()) {
      var context = context(held.get().execution(), leadership);
      explain(word, context.recorder());
      return end(held.get(), new ChangeEvent.Rejected(who), context);
    }
    var repair = parts.heldRepairs().find(id);
    if (repair.isPresent()) {
      var recorder = parts.recorders().goOn(id, TaskOperation.REPAIR_DRIFT);
      explain(word, recorder);
      return parts.heldRepairs().reject(repair.get(), who, leadership, recorder);
    }
    var cancelled = parts.scheduler().cancel(id, who, leadership);
    return cancelled.isPresent() ? cancelled.get() : notHeld(id);
  }

  private RequestOutcome end(StoredExecution held, ChangeEvent event, OrchestrationContext context)
      throws InterruptedException {
    var ending = parts.orchestrator().resume(held, event, context);
    var recorder = context.recorder();
    parts.writeBack().after(recorder, context.leadership());
    var stillHeld =
        ending.result() == ExecutionStatus.ABORTED && !recorder.silent()
            ? held(held.execution().id())
            : Optional.<StoredExecution>empty();
    var said = stillHeld.map(s -> ExecutionOutcome.of(s.execution().state())).orElse(ending);
    parts.finisher().end(recorder, said, Optional.of(context.leadership()), List.of());
    return RequestOutcome.of(recorder.execution(), recorder.whole(ending));
  }

  private Optional<StoredExecution> held(String id) throws InterruptedException {
    return parts
        .orchestrator()
        .store()
        .ledger()
        .read(id)
        .filter(s -> s.execution().state() instanceof ChangeState.Held);
  }

  /** One that waited for too long was ended a moment ago, before anything else began. */
  private RequestOutcome notHeld(String id) throws InterruptedException {
    var state = parts.orchestrator().store().ledger().read(id).map(s -> s.execution().state());
    if (state.isEmpty()) {
      String why =
          parts
              .scheduler()
              .find(id)
              .map(s -> id + " isn't waiting for an approval: it is " + s.waiting().reason())
              .orElse("there is no change " + id);
      return RequestOutcome.refused(id, why);
    }
    return state.get() instanceof ChangeState.Aborted a && a.cause() == AbortCause.EXPIRED
        ? RequestOutcome.of(id, ExecutionOutcome.of(a))
        : RequestOutcome.refused(id, notHeld(id, state.get()));
  }

  /** An approval is used once, and a change that rests isn't moved by a word. */
  private static String notHeld(String id, ChangeState state) {
    return "%s isn't held: observed %s, expected held; %s"
        .formatted(
            id,
            state.word(),
            state.over()
                ? "it has ended: ask for the change again"
                : "it was approved already, and is under way: deployclaw log " + id);
  }

  private OrchestrationContext context(ChangeExecution x, Leadership leadership)
      throws InterruptedException {
    return new OrchestrationContext(
        leadership, parts.recorders().goOn(x.log(), CrashRecovery.operation(x)), Risks.NONE);
  }
}
