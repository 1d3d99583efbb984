package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;

/**
 * Publishes a candidate to its cohort, waits until every member acts on it, and proves both sides
 * of the cohort. No data is no pass: then the candidate is taken back, too.
 */
record WidenEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var result = new PublishEffect(dependencies).perform(x, content, context);
    if (result instanceof EffectResult.NextEvent(ChangeEvent.PublishedEverywhere _)) {
      result = new ConvergeEffect(dependencies).perform(x, content, context);
    }
    if (result instanceof EffectResult.NextEvent(ChangeEvent.ConvergedEverywhere _)) {
      result = new ValidateEffect(dependencies).perform(x, content, context);
    }
    return result instanceof EffectResult.Stuck(String pending)
        ? new EffectResult.NextEvent(new ChangeEvent.Refused("no data: " + pending))
        : result;
  }
}
