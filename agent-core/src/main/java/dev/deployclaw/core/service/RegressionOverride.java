package dev.deployclaw.core.service;

import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.regression.RegressionDetector.Seen;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.AcceptedRegression;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a state store that was restored from a backup the truth again, by a person's word. First
 * one transaction raises the last epoch and the term above all that any back end names, so that
 * neither is given out twice and every fence out there is behind the next leader; that ends this
 * agent's own lead. Then, under a new one, what is committed is put into force under a fresh epoch,
 * as an ordinary change. Repeating it changes nothing.
 */
record RegressionOverride(AgentComponents parts, LeaderScope leading) {
  private static final ExecutionOutcome ACCEPTED =
      ExecutionOutcome.completed(
          "accepted: epochs and terms that back ends name are never issued again");

  /** How far above what the state store knows a mark may be. */
  private static final long MOST_AHEAD = 1_000_000;

  RequestOutcome run(TaskRequest request) throws InterruptedException {
    try {
      var seen = new RegressionDetector(parts.ports(), parts.settings()).look();
      if (seen.unsettled()) {
        return inForce(request);
      }
      var recorder = parts.recorders().begin(request, TaskOperation.APPLY_POLICIES, true);
      recorder.asked(request);
      if (seen.ahead().isEmpty()) {
        return end(
            recorder,
            ExecutionOutcome.noChange("no back end is ahead of the state store"),
            Optional.empty());
      }
      var absurd = absurd(seen);
      var refused = absurd.isPresent() ? absurd : raise(seen, request, recorder);
      var raised = end(recorder, refused.orElse(ACCEPTED), Optional.empty());
      return refused.isPresent() ? raised : inForce(request);
    } catch (Unreachable e) {
      return RequestOutcome.of("", ExecutionOutcome.unreachable(StoreQuestion.reason(e)));
    }
  }

  /**
   * A rollback is asked for by a person, and few members that are ahead don't stop it: what they
   * name is never given out again, as if that had been asked for, and the rollback has an epoch
   * above it. Leaves a log of its own.
   *
   * @return how it ends where that can't be done
   */
  Optional<RequestOutcome> outvote(Seen seen, TaskRequest request) throws InterruptedException {
    boolean waits = !parts.rollback().held(RequestOrigin.of(request)).isEmpty();
    return waits ? stop(seen, request) : outvoted(seen, request);
  }

  private Optional<RequestOutcome> outvoted(Seen seen, TaskRequest request)
      throws InterruptedException {
    var recorder = parts.recorders().begin(TaskOperation.ROLLBACK, true);
    recorder.asked(request);
    var refused = absurd(seen);
    var stopped = refused.isPresent() ? refused : raise(seen, request, recorder);
    var ended = end(recorder, stopped.orElse(ACCEPTED), Optional.empty());
    return stopped.map(_ -> ended);
  }

  /** The same where it is asked for in words; any other request stops. */
  Optional<RequestOutcome> outvoteInWords(Seen seen, TaskRequest request)
      throws InterruptedException {
    boolean back =
        new PlanPreviewer(parts).of(request)
                instanceof PlanPreviewReport.Understood(var intent, var risks)
            && intent.operation() == TaskOperation.ROLLBACK
            && !intent.guards().dryRun()
            && risks.isEmpty();
    return back ? outvoted(seen, request) : stop(seen, request);
  }

  /** One that waits for an approval doesn't get past it either. */
  private Optional<RequestOutcome> stop(Seen seen, TaskRequest request)
      throws InterruptedException {
    var stopped = RegressionDetector.ending(seen.ahead());
    return Optional.of(leading.turnedAway(Optional.of(request), stopped, false));
  }

  /** Also where an earlier try got no further than to be accepted. */
  private RequestOutcome inForce(TaskRequest request) throws InterruptedException {
    return leading.run(Optional.of(request), lead -> putInForce(request, lead));
  }

  /** Numbers are given out one by one: a mark that is far beyond them was forged, or is broken. */
  private static Optional<ExecutionOutcome> absurd(Seen seen) {
    return seen.ahead().stream()
        .filter(a -> a.observed() - a.expected() > MOST_AHEAD)
        .findFirst()
        .map(a ->
            ExecutionOutcome.refused(
                ("%s: more than %d above can't be right; correct that member's mark by "
                        + "hand, then ask again")
                    .formatted(a.text(), MOST_AHEAD)));
  }

  private Optional<ExecutionOutcome> raise(
      Seen seen, TaskRequest request, ExecutionRecorder recorder) throws InterruptedException {
    try (var leadership =
        LeaderElection.take(parts.ports().state(), parts.settings(), parts.ports().time())
            .orElse(null)) {
      if (leadership == null) {
        return Optional.of(ExecutionOutcome.aborted(LeaderElection.taken(parts.ports().state())));
      }
      var record = recorder.record(Phase.OPEN, "Accepting the state store", entry(seen));
      return switch (parts
          .store()
          .ledger()
          .permit(record, raising(seen, request, leadership), leadership, recorder)) {
        case Permit.Given() -> Optional.empty();
        case Permit.Refused() ->
            Optional.of(
                ExecutionOutcome.aborted(
                    "another agent leads, or issued an epoch meanwhile: ask again"));
        case Permit.Unknown(String reason) ->
            Optional.of(ExecutionOutcome.unknown(reason + ": ask again"));
      };
    }
  }

  private static LogEntryContent entry(Seen seen) {
    var facts = new TreeMap<String, Object>();
    facts.put(
        "ahead",
        seen.ahead().stream().limit(DriftReport.MOST_LISTED).map(AheadMember::toMap).toList());
    facts.put("silent", seen.silent().stream().limit(DriftReport.MOST_LISTED).toList());
    String silent =
        seen.silent().isEmpty()
            ? ""
            : "; not asked, since they don't answer: " + MemberPhrases.names(seen.silent());
    String detail =
        "no epoch up to %d and no term up to %d is issued again%s"
            .formatted(seen.epoch(), seen.term(), silent);
    return new LogEntryContent(detail, Status.WARNING, facts)
        .deciding(RecordedDecision.by(Name.ACCEPT, "persons-word"));
  }

  /** The term that it raises is the one that it compares: the next leader has a higher one. */
  private Transaction raising(Seen seen, TaskRequest request, Leadership leadership)
      throws InterruptedException {
    var mark = parts.store().ledger().epochMark();
    var before = parts.ports().state().get(StoreKeys.ACCEPTED);
    var earlier =
        before.map(Entry::value).map(AcceptedRegression::read).orElse(AcceptedRegression.NOTHING);
    long epoch = Math.max(seen.epoch(), earlier.epoch());
    long term = Math.max(seen.term(), leadership.term());
    var accepted =
        new AcceptedRegression(
            epoch, term, request.requester(), parts.ports().time().instant().toString());
    return new Transaction(
        List.of(
            mark.revision() == 0
                ? new Condition.Absent(StoreKeys.EPOCH)
                : new Condition.Unmoved(StoreKeys.EPOCH, mark.revision()),
            Condition.unmoved(StoreKeys.ACCEPTED, before)),
        List.of(
            number(StoreKeys.EPOCH, Math.max(mark.last(), epoch)),
            number(StoreKeys.TERM, term),
            new Write.Put(StoreKeys.ACCEPTED, accepted.bytes())));
  }

  /** A change of its own, with a log of its own: recovery came in between. */
  private RequestOutcome putInForce(TaskRequest request, Leadership leadership)
      throws InterruptedException {
    var recorder = parts.recorders().begin(request, TaskOperation.APPLY_POLICIES, true);
    recorder.asked(request);
    var base = parts.store().ledger().base();
    if (ChangeContent.rollbackTarget(base) == 0) {
      String next =
          "accepted; nothing is committed, so back ends keep their policies until the "
              + "next change";
      return end(recorder, ExecutionOutcome.completed(next), Optional.of(leadership));
    }
    var committed = parts.store().archive().committed(base);
    if (committed.isEmpty()) {
      return end(recorder, unread(base), Optional.of(leadership));
    }
    var set = committed.get();
    var content = new ChangeContent(set, Optional.of(set), Optional.empty());
    var opening = opening(base, request, recorder);
    recorder.planned(opening.planHash());
    recorder.tell(Phase.PLAN, "Planning to enforce it", planning(base));
    var risks =
        Risks.of(
            RequestOrigin.of(request).demands(),
            ChangeScope.of("accept-regression", set.tenants().keySet(), List.of()));
    var context = new OrchestrationContext(leadership, recorder, risks);
    var ending = parts.orchestrator().open(opening, Optional.of(content), context);
    return end(recorder, ending, Optional.of(leadership));
  }

  /** The same policies under an epoch that no back end has seen. */
  private static LogEntryContent planning(BaseEpoch base) {
    var facts =
        Map.<String, Object>of(
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "target_digest", base.digest());
    return new LogEntryContent("the policies of epoch " + base.epoch() + " again", Status.OK, facts)
        .deciding(
            RecordedDecision.by(Name.PLAN, "accepted-state")
                .leading(new Policies(base.digest(), base.digest())));
  }

  private static ExecutionOutcome unread(BaseEpoch base) {
    return ExecutionOutcome.failed(
        ("accepted; but the policy set of epoch %d can't be read: enforce another one "
                + "with a change, or return to the last one with: deployclaw rollback last")
            .formatted(base.epoch()));
  }

  private NewChange opening(BaseEpoch base, TaskRequest request, ExecutionRecorder recorder)
      throws InterruptedException {
    var mark = parts.store().ledger().epochMark();
    var plan =
        Map.of(
            "operation", "accept-regression",
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "last_epoch", mark.last());
    return new NewChange(
        recorder.execution(),
        recorder.execution(),
        ChangeKind.FORWARD,
        Optional.empty(),
        base,
        base.digest(),
        CanonicalJson.sha256(CanonicalJson.bytes(plan)),
        request.requester(),
        Optional.empty(),
        RolloutPlan.AT_ONCE,
        Optional.empty(),
        mark.last(),
        mark.revision(),
        parts.store().archive().provenanceAgain(base.epoch(), mark.last() + 1));
  }

  private RequestOutcome end(
      ExecutionRecorder recorder, ExecutionOutcome ending, Optional<Leadership> leadership)
      throws InterruptedException {
    return parts.finisher().end(recorder, ending, leadership, List.of());
  }

  private static Write number(String key, long value) {
    return new Write.Put(key, Long.toString(value).getBytes(StandardCharsets.UTF_8));
  }
}
