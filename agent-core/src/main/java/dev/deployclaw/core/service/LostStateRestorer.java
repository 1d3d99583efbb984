package dev.deployclaw.core.service;

import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader.Loaded;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Puts back, by itself, what a back end lost of the committed epoch, as a Redis failover does: only
 * what isn't there any more, so that nobody's hands are written over. It looks without leadership,
 * and where nothing was lost it does nothing and leaves no log. It stands back from a change that
 * is under way, which publishes by itself, and from the kill switch.
 */
record LostStateRestorer(AgentComponents parts, LeaderScope leading) {
  /** How it ended; empty where nothing was lost, or nothing may be done now. */
  Optional<RequestOutcome> run() throws InterruptedException {
    if (look().isEmpty()) {
      return Optional.empty();
    }
    var ended = leading.run(Optional.empty(), this::putBack);
    return Optional.of(ended).filter(e -> !e.execution().isEmpty());
  }

  /** What is lost of what is committed. */
  private record Loss(BaseEpoch base, EpochSpec activation, ParticipantReplies said) {
    String sentence() {
      return said.named(Answer.NO);
    }
  }

  private Optional<Loss> look() throws InterruptedException {
    var base = parts.store().ledger().base();
    boolean stands = ChangeContent.rollbackTarget(base) != 0;
    if (!stands
        || parts.store().ledger().open().isPresent()
        || parts.store().ledger().freeze().isPresent()) {
      return Optional.empty();
    }
    var activation = activation(base);
    if (activation.isEmpty()) {
      return Optional.empty();
    }
    var said = ask(new ExecutorCall.Lost(activation.get()), CallContext.looking()).asLooks();
    return said.with(Answer.NO).isEmpty()
        ? Optional.empty()
        : Optional.of(new Loss(base, activation.get(), said));
  }

  private Optional<EpochSpec> activation(BaseEpoch base) throws InterruptedException {
    var x = parts.store().ledger().read(base.change()).map(StoredExecution::execution);
    return x.isPresent()
            && parts.store().archive().load(x.get()) instanceof Loaded.Ready(ChangeContent content)
        ? Optional.of(content.activation(x.get()).at(base.step(), Optional.empty()))
        : Optional.empty();
  }

  private ParticipantReplies ask(ExecutorCall call, CallContext callContext)
      throws InterruptedException {
    var those =
        parts.ports().executors().participants().stream()
            .filter(e -> e.verbs().contains(call.verb()))
            .toList();
    return ParticipantReplies.of(
        parts
            .ports()
            .executors()
            .calls()
            .all(those, call, callContext, parts.settings().bounds().call()));
  }

  /** Looks once more: it may have waited for another leader, who mended it. */
  private RequestOutcome putBack(Leadership leadership) throws InterruptedException {
    var there = look();
    if (there.isEmpty()) {
      return RequestOutcome.of("", ExecutionOutcome.noChange("nothing is lost any more"));
    }
    var loss = there.get();
    var recorder = parts.recorders().begin(TaskOperation.REPAIR_DRIFT, true);
    var context = new OrchestrationContext(leadership, recorder, Risks.NONE);
    recorder.asked(
        new TaskRequest(
            "restored the lost state of epoch " + loss.base().epoch(),
            parts.settings().agent(),
            parts.ports().time().instant()));
    recorder.about(loss.base().epoch());
    var refused = permit(loss, context);
    var ending = refused.isPresent() ? refused.get() : reassert(loss, context);
    return parts.finisher().end(recorder, ending, Optional.of(leadership), List.of());
  }

  /** The record of what is about to be done, in the transaction that allows it. */
  private Optional<ExecutionOutcome> permit(Loss loss, OrchestrationContext context)
      throws InterruptedException {
    var facts =
        Map.<String, Object>of(
            "lost",
            loss.said().with(Answer.NO).stream()
                .limit(DriftReport.MOST_LISTED)
                .map(r -> r.member() + ": " + r.reason())
                .toList(),
            "digest",
            loss.base().digest(),
            "term",
            context.leadership().term());
    String action = "Restoring the lost state of epoch " + loss.base().epoch();
    var entry =
        new LogEntryContent(loss.sentence(), Status.WARNING, facts)
            .deciding(RecordedDecision.by(Name.REASSERT, "what-was-lost"));
    var record = context.recorder().record(Phase.PUBLISH, action, entry);
    var on =
        new Transaction(
            List.of(
                new Condition.Unmoved(StoreKeys.ACTIVE, loss.base().revision()),
                new Condition.Absent(StoreKeys.OPEN),
                new Condition.Absent(StoreKeys.FREEZE)),
            List.of());
    return switch (parts
        .store()
        .ledger()
        .permit(record, on, context.leadership(), context.recorder())) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() ->
          Optional.of(
              ExecutionOutcome.aborted(
                  AbortCause.STALE, "another agent leads, or something was decided meanwhile"));
      case Permit.Unknown(String reason) ->
          Optional.of(ExecutionOutcome.unreachable("nothing was put back: " + reason));
    };
  }

  private ExecutionOutcome reassert(Loss loss, OrchestrationContext context)
      throws InterruptedException {
    long from = parts.ports().time().micros();
    var replies = ask(new ExecutorCall.Reassert(loss.activation()), context.callContext());
    var back =
        replies.with(Answer.YES).stream()
            .filter(r -> r.facts().containsKey(ExecutorCall.Reassert.PUT_BACK))
            .map(LostStateRestorer::got)
            .toList();
    var facts = new TreeMap<String, Object>(LogEntryContent.of(replies).facts());
    facts.put("put_back", back.stream().limit(DriftReport.MOST_LISTED).toList());
    String done = back.isEmpty() ? "nothing is put back" : "put back: " + MemberPhrases.names(back);
    String left = replies.allYes() ? "" : "; not put back: " + replies.pending();
    var status = replies.allYes() ? Status.OK : Status.UNKNOWN;
    context
        .recorder()
        .tellTimed(
            Phase.PUBLISH, "Restoring it", new LogEntryContent(done + left, status, facts), from);
    context.recorder().took(Phase.PUBLISH, from);
    return replies.allYes()
        ? ExecutionOutcome.completed(done)
        : ExecutionOutcome.unknown(done + left + "; the next check tries it again");
  }

  private static String got(MemberReport report) {
    return report.member() + ": " + report.facts().get(ExecutorCall.Reassert.PUT_BACK);
  }
}
