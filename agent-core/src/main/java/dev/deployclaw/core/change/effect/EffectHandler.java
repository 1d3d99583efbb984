package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.machine.ChangeExecution;

/** Performs one kind of effect of a change. Each can be repeated without harm. */
public sealed interface EffectHandler {
  /** An effect that needs what the change carries: its policy sets. */
  non-sealed interface WithContent extends EffectHandler {
    EffectResult perform(ChangeExecution x, ChangeContent content, OrchestrationContext context)
        throws InterruptedException;
  }

  /** An effect that needs only the change. */
  non-sealed interface WithoutContent extends EffectHandler {
    EffectResult perform(ChangeExecution x, OrchestrationContext context)
        throws InterruptedException;
  }
}
