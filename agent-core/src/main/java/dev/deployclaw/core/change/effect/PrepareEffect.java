package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.stream.Stream;

/** Asks every participant for its vote on the digest that it read back. */
record PrepareEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = dependencies.time().micros();
    var replies = dependencies.participants().prepare(content.activation(x), context.callContext());
    var recorder = context.recorder();
    recorder.tellTimed(
        Phase.PREPARE, "Asking for votes on epoch " + x.epoch(), LogEntryContent.of(replies), from);
    var lacking = RequiredReplies.lacking(x, replies);
    if (lacking.isPresent()) {
      return RequiredReplies.stopped(lacking.get(), "did not vote for it");
    }
    int gateways = content.set().gateways().size();
    int heard = replies.yes(ExecutorRegistry.GATEWAYS);
    if (!x.kind().back() && heard < gateways) {
      return EffectResult.stopped(
          AbortCause.VOTED_DOWN,
          "only %d of the %d gateways of the policy set voted: is each of them configured?"
              .formatted(heard, gateways));
    }
    recorder.summarise(replies.counts() + " voted yes", RequiredReplies.status(replies));
    // a rollback goes on without them: first those that refuse
    var absent = Stream.of(Answer.NO, Answer.UNKNOWN).flatMap(a -> replies.members(a).stream());
    return new EffectResult.NextEvent(
        new ChangeEvent.Voted(replies.digest(), replies.with(Answer.YES).size(), absent.toList()));
  }
}
