package dev.deployclaw.core.service;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.PinnedTimes;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.planning.DiffFacts;
import dev.deployclaw.core.planning.HoldableOperationCheck;
import dev.deployclaw.core.planning.PlanningResult;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.QueryReport;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.rollback.Rollback;
import dev.deployclaw.core.schedule.ChangeScheduler;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.service.ConversationFinder.Lookup;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.core.writeback.SourceWriteBack;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** One request from its first thought to its last, under one leadership. */
record RequestRunner(AgentComponents parts, Leadership leadership) {
  /** The most overlays, and tenants of each, that one thought lists. */
  private static final int MOST_LISTED = 50;

  private static final String INQUIRY =
      "that is a question about the estate, which needs no execution: deployclaw ask answers it";

  RequestOutcome run(TaskRequest asked) throws InterruptedException {
    var recorder = parts.recorders().begin(asked, TaskOperation.APPLY_POLICIES, true);
    recorder.asked(asked);
    return switch (parts.conversations().take(asked, recorder.execution(), leadership)) {
      case Lookup.Refused(var _, String reason) -> refuse(recorder, reason);
      case Lookup.Ready(TaskRequest request) -> run(request, recorder);
    };
  }

  private RequestOutcome run(TaskRequest asked, ExecutionRecorder recorder)
      throws InterruptedException {
    long from = parts.time().micros();
    var task = parts.plan(asked, recorder);
    recorder.took(Phase.PLAN, from);
    var request = task.request();
    return switch (task.result()) {
      case PlanningResult.Over(ExecutionOutcome ending, var questions) -> {
        if (task.next().begun()) {
          recorder.conversed(ConversationFinder.facts(task.next(), request));
        }
        yield end(recorder, ending, questions);
      }
      case PlanningResult.Other(Intent intent, List<ApprovalTrigger> demands) ->
          other(intent, new RequestOrigin(request.requester(), demands), recorder);
      case PlanningResult.Inquiry _ -> end(recorder, ExecutionOutcome.refused(INQUIRY), List.of());
      case PlanningResult.Ready ready -> carryOut(ready, request, recorder);
    };
  }

  RequestOutcome rollback(String target, TaskRequest request) throws InterruptedException {
    var recorder = parts.recorders().begin(request, TaskOperation.ROLLBACK, true);
    recorder.asked(request);
    return parts.rollback().run(target, RequestOrigin.of(request), leadership, recorder);
  }

  private RequestOutcome other(Intent intent, RequestOrigin by, ExecutionRecorder recorder)
      throws InterruptedException {
    boolean dry = intent.guards().dryRun();
    var stuck = HoldableOperationCheck.cannotWait(intent.operation(), by.demands());
    if (stuck.isPresent()) {
      return refuse(recorder, stuck.get());
    }
    return switch (intent.operation()) {
      case ROLLBACK ->
          dry ? refuse(recorder, "a rollback has no dry run") : backFrom(intent, by, recorder);
      case SCAN -> look(intent, TaskOperation.SCAN, queries()::scan, recorder);
      case CHECK_DRIFT -> look(intent, TaskOperation.CHECK_DRIFT, queries()::drift, recorder);
      case VALIDATE -> look(intent, TaskOperation.VALIDATE, queries()::validate, recorder);
      case REPAIR_DRIFT ->
          dry
              ? look(intent, TaskOperation.CHECK_DRIFT, queries()::drift, recorder)
              : mend(intent, by, recorder);
      case SNAPSHOT ->
          dry
              ? refuse(recorder, "a snapshot changes nothing: ask without a dry run")
              : parts.snapshot().run(leadership, recorder);
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK ->
          refuse(recorder, isNot(intent.operation()));
      case REMOVE_LIMIT, COPY_POLICY, APPLY_POLICIES, RESOLVE_CONFLICTS ->
          refuse(recorder, isNot(intent.operation()));
    };
  }

  RequestOutcome repair(TaskRequest request) throws InterruptedException {
    var recorder = parts.recorders().begin(request, TaskOperation.REPAIR_DRIFT, true);
    recorder.asked(request);
    return parts.repairing().run(RequestOrigin.of(request), leadership, recorder);
  }

  /** A repair puts the whole committed epoch back, which was approved when it was committed. */
  private RequestOutcome mend(Intent intent, RequestOrigin by, ExecutionRecorder recorder)
      throws InterruptedException {
    if (!intent.changes().isEmpty()) {
      return refuse(
          recorder,
          "a repair puts back the whole committed epoch: ask without naming a part of it");
    }
    return parts.repairing().run(by, leadership, recorder);
  }

  private RequestOutcome backFrom(Intent intent, RequestOrigin by, ExecutionRecorder recorder)
      throws InterruptedException {
    String target = intent.target().orElse(Rollback.LAST);
    return parts.rollback().run(target, by, leadership, recorder);
  }

  private RequestOutcome look(
      Intent intent,
      TaskOperation as,
      InterruptibleSupplier<ScanReport> look,
      ExecutionRecorder recorder)
      throws InterruptedException {
    var refused = parts.skills().refuses(as, recorder);
    return refused.isPresent()
        ? end(recorder, refused.get(), List.of())
        : looked(QueryReport.of(as, intent, look.get()), recorder);
  }

  private RequestOutcome looked(QueryReport found, ExecutionRecorder recorder)
      throws InterruptedException {
    var seen = found.seen();
    Status status = seen.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    var entry = new LogEntryContent(seen.reason(), status, found.facts());
    recorder.tell(Phase.PLAN, "Looking at the estate", entry);
    return end(
            recorder,
            new ExecutionOutcome(ExecutionStatus.NO_CHANGE, seen.exit(), seen.reason()),
            List.of())
        .finding(found);
  }

  private RequestOutcome carryOut(
      PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder recorder)
      throws InterruptedException {
    var plan = ready.plan();
    String hash = plan.hash();
    recorder.planned(hash);
    tell(plan, recorder);
    if (plan.changesNothing()) {
      return end(recorder, ExecutionOutcome.noChange("nothing would change"), List.of());
    }
    if (plan.intent().guards().dryRun()) {
      String would = plan.diff().differences().size() + " differences, not carried out: a dry run";
      return end(recorder, ExecutionOutcome.noChange(would), List.of());
    }
    var start = plan.intent().schedule().startAt().map(Instant::parse);
    if (start.filter(s -> s.isAfter(parts.time().instant())).isPresent()) {
      var entry = entry(start.get(), ready, request, recorder);
      return end(recorder, parts.scheduler().keep(entry, recorder, leadership), List.of());
    }
    return open(ready, request, recorder);
  }

  private ScheduledChange entry(
      Instant start, PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder recorder) {
    var plan = ready.plan();
    var entry =
        new ScheduledChange(
            recorder.execution(),
            start.toEpochMilli(),
            PinnedTimes.of(request.text(), plan.intent()),
            request.requester(),
            request.manual(),
            ready.risks().demands(),
            plan.base().revision(),
            plan.targetDigest(),
            Optional.empty(),
            Optional.empty());
    var verdict = parts.settings().gate().admit(request.requester(), ready.risks());
    return entry.judged(verdict, plan.hash());
  }

  /**
   * A change whose time has come: planned again, as if it were asked now, and carried out if the
   * plan is the same.
   */
  RequestOutcome begin(ScheduledChange scheduled) throws InterruptedException {
    var recorder = parts.recorders().goOn(scheduled.id(), TaskOperation.APPLY_POLICIES);
    var request = scheduled.task();
    return switch (parts.plan(request, recorder).result()) {
      case PlanningResult.Over(ExecutionOutcome ending, var questions) ->
          giveUp(recorder, ending, questions);
      case PlanningResult.Other(Intent intent, var _) ->
          giveUp(recorder, ExecutionOutcome.refused(isNot(intent.operation())), List.of());
      case PlanningResult.Inquiry _ ->
          giveUp(recorder, ExecutionOutcome.refused(INQUIRY), List.of());
      case PlanningResult.Ready ready ->
          ready.plan().targetDigest().equals(scheduled.target())
              ? opened(ready.waitingFor(scheduled.demands()), scheduled, recorder)
              : giveUp(recorder, changed(scheduled, ready.plan()), List.of());
    };
  }

  /**
   * Opening it clears its entry; where it could not be opened, that is done here. What was approved
   * before its time is approved now: where it is that plan.
   */
  private RequestOutcome opened(
      PlanningResult.Ready ready, ScheduledChange scheduled, ExecutionRecorder recorder)
      throws InterruptedException {
    var ended = open(ready, scheduled.task(), recorder);
    if (parts.orchestrator().store().ledger().read(recorder.execution()).isEmpty()) {
      parts.scheduler().drop(recorder.execution(), leadership);
    }
    var by = scheduled.approvedBy().filter(_ -> ended.result() == ExecutionStatus.HELD);
    if (by.isEmpty()) {
      return ended;
    }
    String plan = scheduled.hold().orElseThrow().planHash();
    return new ApprovalService(parts)
        .approve(new HoldDecision(scheduled.id(), by.get(), plan, ""), leadership);
  }

  private static ExecutionOutcome changed(ScheduledChange scheduled, ChangePlan plan) {
    return ExecutionOutcome.aborted(
        AbortCause.STALE,
        "guard plan: observed policies of digest %s, expected %s: a source was changed since it was planned; ask again"
            .formatted(plan.targetDigest(), scheduled.target()));
  }

  /** Its time is not to come again. */
  private RequestOutcome giveUp(
      ExecutionRecorder recorder, ExecutionOutcome ending, List<ClarificationQuestion> questions)
      throws InterruptedException {
    parts.scheduler().drop(recorder.execution(), leadership);
    return end(recorder, ending, questions);
  }

  private RequestOutcome open(
      PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder recorder)
      throws InterruptedException {
    var full = parts.ports().journal().stream().full();
    if (full.isPresent()) {
      return refuse(recorder, full.get());
    }
    String hash = ready.plan().hash();
    recorder.planned(hash);
    var context = new OrchestrationContext(leadership, recorder, ready.risks());
    var ending =
        parts
            .orchestrator()
            .open(opening(ready, hash, request, recorder), Optional.of(ready.content()), context);
    if (ready.writesBack()) {
      parts.writeBack().after(recorder, leadership);
    }
    return end(recorder, ending, List.of());
  }

  private NewChange opening(
      PlanningResult.Ready ready, String hash, TaskRequest request, ExecutionRecorder recorder)
      throws InterruptedException {
    var plan = ready.plan();
    var ledger = parts.orchestrator().store().ledger();
    var mark = ledger.epochMark();
    var now = ledger.base();
    var base =
        new BaseEpoch(
            plan.base().epoch(),
            plan.base().digest(),
            now.change(),
            plan.base().revision(),
            now.predecessor(),
            now.step());
    return new NewChange(
        recorder.execution(),
        recorder.execution(),
        ChangeKind.FORWARD,
        Optional.empty(),
        base,
        plan.targetDigest(),
        hash,
        request.requester(),
        Optional.empty(),
        plan.rollout(),
        Optional.of(SkillPinCheck.followed(plan.intent().operation(), ready.procedure())),
        mark.last(),
        mark.revision(),
        beside(ready, recorder.execution(), mark.last() + 1));
  }

  /**
   * Where its policies come from is written as it opens, so that an agent that goes on knows it.
   */
  private static List<Write> beside(PlanningResult.Ready ready, String id, long epoch) {
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Put(StoreKeys.provenance(epoch), ready.provenance().bytes()));
    writes.add(ChangeScheduler.opened(id));
    if (ready.writesBack()) {
      writes.add(SourceWriteBack.due(id, ready.provenance()));
    }
    return writes;
  }

  private static void tell(ChangePlan plan, ExecutionRecorder recorder) {
    var diff = plan.diff();
    var facts = new TreeMap<>(DiffFacts.of(diff));
    facts.put("base_epoch", plan.base().epoch());
    facts.put("base_digest", plan.base().digest());
    facts.put("target_digest", plan.targetDigest());
    facts.put("warnings", plan.warnings());
    facts.put("overlays", plan.overlays().atMost(MOST_LISTED).toMap());
    String detail =
        "differences: %d, tenants: %d, plan %s"
            .formatted(
                diff.differences().size(),
                diff.blastRadius().tenants().size(),
                plan.hash().substring(0, 12));
    var decision =
        RecordedDecision.by(Name.PLAN, "change")
            .leading(new Policies(plan.base().digest(), plan.targetDigest()));
    recorder.tell(
        Phase.PLAN,
        "Planning the change",
        new LogEntryContent(detail, Status.OK, facts).deciding(decision));
    recorder.summarise(detail, Status.OK);
  }

  private RequestOutcome refuse(ExecutionRecorder recorder, String reason)
      throws InterruptedException {
    var entry =
        new LogEntryContent(reason, Status.WARNING)
            .deciding(RecordedDecision.by(Name.REFUSE, "request"));
    recorder.tell(Phase.PLAN, "Refusing", entry);
    return end(recorder, ExecutionOutcome.refused(reason), List.of());
  }

  private RequestOutcome end(
      ExecutionRecorder recorder, ExecutionOutcome ending, List<ClarificationQuestion> questions)
      throws InterruptedException {
    return parts.finisher().end(recorder, ending, Optional.of(leadership), questions);
  }

  private static String isNot(TaskOperation operation) {
    return operation.word() + " isn't supported by this version";
  }

  private QueryService queries() {
    return new QueryService(parts);
  }
}
