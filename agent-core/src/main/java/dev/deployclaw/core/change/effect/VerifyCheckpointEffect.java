package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.TemporaryChangeExpiry;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import java.util.Optional;

/**
 * The last look before the commit: the change's time isn't over, the checkpoint's object still has
 * its hash, and the sources say what was taken from them.
 */
record VerifyCheckpointEffect(EffectDependencies dependencies)
    implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var end = new TemporaryChangeExpiry(dependencies.archive(), dependencies.time()).over(x);
    if (end.isPresent()) {
      String past = "its end, " + end.get() + ", has passed: ask again with a later one";
      return EffectResult.stopped(AbortCause.EXPIRED, past);
    }
    var checkpoint = x.checkpoint().orElseThrow();
    var stopped =
        checkpoint.stored()
            ? CheckpointFile.altered(dependencies.objects(), x, checkpoint)
            : Optional.<ChangeEvent.Stopped>empty();
    if (stopped.isEmpty()) {
      stopped = new SourceChangeCheck(dependencies).moved(x, content.set(), context);
    }
    return new EffectResult.NextEvent(
        stopped.<ChangeEvent>map(s -> s).orElse(new ChangeEvent.CheckpointIntact()));
  }
}
