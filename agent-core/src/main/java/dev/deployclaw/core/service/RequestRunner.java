package dev.deployclaw.core.service;

import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One request from its first thought to its last, under one leadership. */
final class RequestRunner {
  /** The most overlays, and tenants of each, that one thought lists. */
  private static final int MOST_LISTED = 50;

  private final AgentComponents parts;
  private final LeaderScope leading;
  private final QueryService queries;
  private final ChangeOrchestrator orchestrator;
  private final Leadership leadership;

  RequestRunner(AgentComponents parts, LeaderScope leading, Leadership leadership) {
    this.parts = parts;
    this.leading = leading;
    this.queries = new QueryService(parts);
    this.orchestrator = parts.orchestrator();
    this.leadership = leadership;
  }

  RequestOutcome run(TaskRequest request) throws InterruptedException {
    var story = parts.stories().begin(request, TaskOperation.APPLY_POLICIES, true);
    story.asked(request);
    long from = parts.time().micros();
    var draft = parts.draft(request, story);
    story.took(Phase.PLAN, from);
    return switch (draft) {
      case PlanningResult.Over(ExecutionOutcome ending, List<String> questions) ->
          end(story, ending, questions);
      case PlanningResult.Other(Intent intent, List<ApprovalTrigger> demands) ->
          other(intent, new RequestOrigin(request.requester(), demands), story);
      case PlanningResult.Ready ready -> carryOut(ready, request, story);
    };
  }

  RequestOutcome rollback(String target, TaskRequest request) throws InterruptedException {
    var story = parts.stories().begin(request, TaskOperation.ROLLBACK, true);
    story.asked(request);
    return parts.wayBack().run(target, RequestOrigin.of(request), leadership, story);
  }

  private RequestOutcome other(Intent intent, RequestOrigin by, ExecutionRecorder story)
      throws InterruptedException {
    boolean dry = intent.guards().dryRun();
    var stuck = HoldableOperationCheck.cannotWait(intent.operation(), by.demands());
    if (stuck.isPresent()) {
      return refuse(story, stuck.get());
    }
    return switch (intent.operation()) {
      case ROLLBACK ->
          dry ? refuse(story, "a rollback has no dry run") : backFrom(intent, by, story);
      case SCAN -> look(intent, TaskOperation.SCAN, queries::scan, story);
      case CHECK_DRIFT -> look(intent, TaskOperation.CHECK_DRIFT, queries::drift, story);
      case VALIDATE -> look(intent, TaskOperation.VALIDATE, queries::validate, story);
      case REPAIR_DRIFT ->
          dry
              ? look(intent, TaskOperation.CHECK_DRIFT, queries::drift, story)
              : mend(intent, by, story);
      case SNAPSHOT ->
          dry
              ? refuse(story, "a snapshot changes nothing: ask without a dry run")
              : parts.snapshot().run(leadership, story);
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK ->
          refuse(story, isNot(intent.operation()));
      case REMOVE_LIMIT, COPY_POLICY, APPLY_POLICIES, RESOLVE_CONFLICTS ->
          refuse(story, isNot(intent.operation()));
    };
  }

  RequestOutcome repair(TaskRequest request) throws InterruptedException {
    var story = parts.stories().begin(request, TaskOperation.REPAIR_DRIFT, true);
    story.asked(request);
    return parts.repairing().run(RequestOrigin.of(request), leadership, story);
  }

  /** A repair puts the whole committed epoch back, which was approved when it was committed. */
  private RequestOutcome mend(Intent intent, RequestOrigin by, ExecutionRecorder story)
      throws InterruptedException {
    if (!intent.changes().isEmpty()) {
      return refuse(
          story, "a repair puts back the whole committed epoch: ask without naming a part of it");
    }
    return parts.repairing().run(by, leadership, story);
  }

  private RequestOutcome backFrom(Intent intent, RequestOrigin by, ExecutionRecorder story)
      throws InterruptedException {
    String target = intent.target().orElse(Rollback.LAST);
    return parts.wayBack().run(target, by, leadership, story);
  }

  /** How the estate is looked at. */
  @FunctionalInterface
  private interface Look {
    ScanReport look() throws InterruptedException;
  }

  private RequestOutcome look(Intent intent, TaskOperation as, Look look, ExecutionRecorder story)
      throws InterruptedException {
    var refused = parts.skills().refuses(as, story);
    return refused.isPresent()
        ? end(story, refused.get(), List.of())
        : looked(QueryReport.of(as, intent, look.look()), story);
  }

  private RequestOutcome looked(QueryReport found, ExecutionRecorder story)
      throws InterruptedException {
    var seen = found.seen();
    Status status = seen.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    var telling = new LogEntryContent(seen.reason(), status, found.facts());
    story.tell(Phase.PLAN, "Looking at the estate", telling);
    return end(
            story,
            new ExecutionOutcome(ExecutionStatus.NO_CHANGE, seen.exit(), seen.reason()),
            List.of())
        .finding(found);
  }

  private RequestOutcome carryOut(
      PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder story)
      throws InterruptedException {
    var plan = ready.plan();
    String hash = plan.hash();
    story.planned(hash);
    tell(plan, story);
    if (plan.changesNothing()) {
      return end(story, nothing("nothing would change"), List.of());
    }
    if (plan.intent().guards().dryRun()) {
      String would = plan.diff().differences().size() + " differences, not carried out: a dry run";
      return end(story, nothing(would), List.of());
    }
    var start = plan.intent().schedule().startAt().map(Instant::parse);
    if (start.filter(s -> s.isBefore(request.received())).isPresent()) {
      String past =
          start.get() + " has passed: leave the start out to start now, or give a later one";
      return refuse(story, past);
    }
    if (start.filter(s -> s.isAfter(parts.time().instant())).isPresent()) {
      var entry = entry(start.get(), ready, request, story);
      return end(story, parts.timetable().keep(entry, story, leadership), List.of());
    }
    return open(ready, request, story);
  }

  private static ScheduledChange entry(
      Instant start, PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder story) {
    var plan = ready.plan();
    return new ScheduledChange(
        story.execution(),
        start.toEpochMilli(),
        request.text(),
        request.requester(),
        request.manual(),
        ready.risks().demands(),
        plan.base().revision(),
        plan.targetDigest());
  }

  /**
   * A change whose time has come: planned again, as if it were asked now, and carried out if it
   * comes to the same.
   */
  RequestOutcome begin(ScheduledChange scheduled) throws InterruptedException {
    var story = parts.stories().goOn(scheduled.id(), TaskOperation.APPLY_POLICIES);
    var request =
        new TaskRequest(
            scheduled.request(),
            scheduled.requester(),
            Instant.ofEpochMilli(scheduled.atMillis()),
            scheduled.manual(),
            Optional.of(scheduled.id()));
    return switch (parts.draft(request, story)) {
      case PlanningResult.Over(ExecutionOutcome ending, List<String> questions) ->
          giveUp(story, ending, questions);
      case PlanningResult.Other(Intent intent, var _) ->
          giveUp(story, refusal(isNot(intent.operation())), List.of());
      case PlanningResult.Ready ready ->
          ready.plan().targetDigest().equals(scheduled.target())
              ? opened(ready.waitingFor(scheduled.demands()), request, story)
              : giveUp(story, changed(scheduled, ready.plan()), List.of());
    };
  }

  /** Opening it clears its entry; where it could not be opened, that is done here. */
  private RequestOutcome opened(
      PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder story)
      throws InterruptedException {
    var ended = open(ready, request, story);
    if (orchestrator.ledger().read(story.execution()).isEmpty()) {
      parts.timetable().drop(story.execution(), leadership);
    }
    return ended;
  }

  private static ExecutionOutcome changed(ScheduledChange scheduled, ChangePlan plan) {
    return ExecutionOutcome.aborted(
        AbortCause.STALE,
        "guard plan: observed policies of digest %s, expected %s: a source was changed since it was planned; ask again"
            .formatted(plan.targetDigest(), scheduled.target()));
  }

  /** Its time is not to come again. */
  private RequestOutcome giveUp(
      ExecutionRecorder story, ExecutionOutcome ending, List<String> questions)
      throws InterruptedException {
    parts.timetable().drop(story.execution(), leadership);
    return end(story, ending, questions);
  }

  private RequestOutcome open(
      PlanningResult.Ready ready, TaskRequest request, ExecutionRecorder story)
      throws InterruptedException {
    var full = leading.full();
    if (full.isPresent()) {
      return refuse(story, full.get());
    }
    String hash = ready.plan().hash();
    story.planned(hash);
    var duty = new OrchestrationContext(leadership, story, ready.risks());
    var ending =
        orchestrator.open(opening(ready, hash, request, story), Optional.of(ready.content()), duty);
    if (ready.writesBack()) {
      parts.writeBacks().after(story, leadership);
    }
    return end(story, ending, List.of());
  }

  private NewChange opening(
      PlanningResult.Ready ready, String hash, TaskRequest request, ExecutionRecorder story)
      throws InterruptedException {
    var plan = ready.plan();
    var ledger = orchestrator.ledger();
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
    var opening =
        new NewChange(
            story.execution(),
            story.execution(),
            ChangeKind.FORWARD,
            Optional.empty(),
            base,
            plan.targetDigest(),
            hash,
            request.requester(),
            Optional.empty(),
            plan.rollout(),
            Optional.empty(),
            mark.last(),
            mark.revision(),
            beside(ready, story.execution(), mark.last() + 1));
    return opening.following(SkillPinCheck.followed(plan.intent().operation(), ready.procedure()));
  }

  /**
   * Where its policies come from is written as it opens, so that the process that continues knows
   * it.
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

  private static void tell(ChangePlan plan, ExecutionRecorder story) {
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
    story.tell(
        Phase.PLAN,
        "Planning the change",
        new LogEntryContent(detail, Status.OK, facts).deciding(decision));
    story.summarise(detail, Status.OK);
  }

  private RequestOutcome refuse(ExecutionRecorder story, String reason)
      throws InterruptedException {
    var telling =
        new LogEntryContent(reason, Status.WARNING, Map.of())
            .deciding(RecordedDecision.by(Name.REFUSE, "request"));
    story.tell(Phase.PLAN, "Refusing", telling);
    return end(story, refusal(reason), List.of());
  }

  private RequestOutcome end(
      ExecutionRecorder story, ExecutionOutcome ending, List<String> questions)
      throws InterruptedException {
    return parts.epilogue().end(story, ending, Optional.of(leadership), questions);
  }

  private static ExecutionOutcome nothing(String reason) {
    return new ExecutionOutcome(ExecutionStatus.NO_CHANGE, ExitCode.OK, reason);
  }

  private static ExecutionOutcome refusal(String reason) {
    return new ExecutionOutcome(ExecutionStatus.REFUSED, ExitCode.REFUSED, reason);
  }

  private static String isNot(TaskOperation operation) {
    return operation.word() + " isn't supported by this version";
  }
}
