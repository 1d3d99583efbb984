package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.planning.SkillPinCheck;

/** After an approval: the skill is as it was, and every member holds what the checkpoint says. */
record ObserveAgainEffect(EffectDependencies dependencies) implements EffectHandler.WithoutContent {
  @Override
  public EffectResult perform(ChangeExecution x, OrchestrationContext context)
      throws InterruptedException {
    var skills = new SkillPinCheck(dependencies.ports().procedures());
    var refused = skills.again(x, context.recorder());
    if (refused.isPresent()) {
      return new EffectResult.NextEvent(refused.get());
    }
    long from = dependencies.time().micros();
    var observed = dependencies.participants().observe(context.callContext());
    context
        .recorder()
        .tellTimed(
            Phase.GATE, "Observing every participant again", LogEntryContent.of(observed), from);
    if (!x.kind().back() && !observed.allYes()) {
      return RequiredReplies.unobserved(observed);
    }
    var checkpoint = x.checkpoint().orElseThrow();
    return CheckpointFile.fingerprint(observed).equals(checkpoint.fingerprint())
        ? new EffectResult.NextEvent(new ChangeEvent.ObservedSame())
        : EffectResult.stopped(
            AbortCause.STALE, "participants no longer match the checkpoint: plan again");
  }
}
