package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import java.util.Optional;

/**
 * Takes a candidate back: every member acts on the committed epoch again, and then what was staged
 * for the candidate has no reader any more and is removed.
 */
record WithdrawEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var published = new PublishEffect(dependencies).perform(x, content, context);
    if (!(published instanceof EffectResult.NextEvent)) {
      return published;
    }
    var converged = new ConvergeEffect(dependencies).perform(x, content, context);
    return converged instanceof EffectResult.NextEvent
        ? remove(x, leftOut(converged).or(() -> leftOut(published)), context)
        : converged;
  }

  private static Optional<ChangeEvent.MembersLeftOut> leftOut(EffectResult result) {
    return result instanceof EffectResult.NextEvent(ChangeEvent.MembersLeftOut left)
        ? Optional.of(left)
        : Optional.empty();
  }

  private EffectResult remove(
      ChangeExecution x, Optional<ChangeEvent.MembersLeftOut> leftOut, OrchestrationContext context)
      throws InterruptedException {
    var left = new DiscardEffect(dependencies).remove(x, context);
    String who = leftOut.map(l -> "all others, " + l.leftOut().words()).orElse("everybody");
    context.recorder().summarise("back at epoch " + x.base().epoch() + " for " + who, Status.OK);
    return new EffectResult.NextEvent(
        leftOut.<ChangeEvent>map(l -> l).orElse(new ChangeEvent.Withdrawn(left)));
  }
}
