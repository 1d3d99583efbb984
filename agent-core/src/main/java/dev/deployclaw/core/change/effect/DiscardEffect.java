package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import java.util.List;

/** Removes what was staged for an epoch that isn't committed. */
record DiscardEffect(EffectDependencies dependencies) implements EffectHandler.WithoutContent {
  @Override
  public EffectResult perform(ChangeExecution x, OrchestrationContext context)
      throws InterruptedException {
    return new EffectResult.NextEvent(new ChangeEvent.Discarded(remove(x, context)));
  }

  /** What could not be removed, each with the reason. */
  List<String> remove(ChangeExecution x, OrchestrationContext context) throws InterruptedException {
    long from = dependencies.time().micros();
    var replies = dependencies.participants().discard(x.epoch(), context.callContext());
    String action = "Removing what was staged for epoch " + x.epoch();
    context.recorder().tellTimed(Phase.FINISH, action, LogEntryContent.of(replies), from);
    return replies.all().stream()
        .filter(ParticipantReplies::open)
        .map(r -> r.member() + ": " + r.reason())
        .toList();
  }
}
