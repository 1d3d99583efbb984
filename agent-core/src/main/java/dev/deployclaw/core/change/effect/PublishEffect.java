package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;

/** Tells every participant to act on the committed epoch. */
record PublishEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = dependencies.time().micros();
    var activation = content.activation(x);
    var completion = context.completion(x, content);
    var participants = dependencies.participants().on(completion);
    var replies =
        completion.atLast(dependencies.publication(participants).publish(activation, context));
    String action = "Publishing " + ActivationReplies.named(activation);
    var recorder = context.recorder();
    recorder.tellTimed(Phase.PUBLISH, action, LogEntryContent.of(replies), from);
    recorder.summarise(replies.counts() + " published", ActivationReplies.worst(replies));
    if (x.restores()) {
      recorder.summarise("unmanaged: the state before the first change is back", Status.OK);
    }
    ActivationReplies.leaveOpen(replies, content, recorder);
    return ActivationReplies.result(
        replies, new ChangeEvent.PublishedEverywhere(), "did not take it", completion);
  }
}
