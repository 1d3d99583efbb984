package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;

/** Writes the epoch where no request is decided by it: the store of policy sets first. */
record StageEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = dependencies.time().micros();
    var replies = dependencies.participants().stage(content.activation(x), context.callContext());
    var recorder = context.recorder();
    recorder.tellTimed(
        Phase.STAGE, "Staging epoch " + x.epoch(), LogEntryContent.of(replies), from);
    var lacking = RequiredReplies.lacking(x, replies);
    if (lacking.isPresent()) {
      return RequiredReplies.stopped(lacking.get(), "could not stage");
    }
    recorder.summarise(replies.counts() + " staged", RequiredReplies.status(replies));
    return new EffectResult.NextEvent(new ChangeEvent.StagedEverywhere());
  }
}
