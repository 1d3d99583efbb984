package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.machine.RolloutPlan;
import java.util.Optional;

/**
 * Puts back what a failed change replaced, by a change of its own: a new epoch with the
 * predecessor's content, under the same rules as any other.
 */
record CompensateEffect(EffectDependencies dependencies) implements EffectHandler.WithoutContent {
  /** How many a change can have: each start that finds one unfinished begins another. */
  private static final int MOST = 8;

  @Override
  public EffectResult perform(ChangeExecution failed, OrchestrationContext context)
      throws InterruptedException {
    context.recorder().summarise(reason(failed), Status.WARNING);
    for (int n = 1; n <= MOST; n++) {
      String id = failed.id() + "-undo-" + n;
      var before = dependencies.ledger().read(id);
      if (before.isEmpty()) {
        return carryOut(failed, id, context);
      }
      var over = ended(before.get().execution());
      if (over.isPresent()) {
        return new EffectResult.NextEvent(over.get());
      }
    }
    return new EffectResult.NextEvent(new ChangeEvent.NotCompensated("tried " + MOST + " times"));
  }

  /**
   * What could not be reached is there again some day, and another try takes a checkpoint of its
   * own: only a refusal is the end of it.
   */
  private EffectResult carryOut(ChangeExecution failed, String id, OrchestrationContext context)
      throws InterruptedException {
    var ending = dependencies.opener().open(opening(failed, id), Optional.empty(), context);
    context.recorder().about(failed);
    if (context.recorder().silent()) {
      return new EffectResult.Stuck(ending.reason());
    }
    var stored = dependencies.ledger().read(id);
    if (stored.isEmpty()) {
      return new EffectResult.Stuck("the rollback could not be opened: " + ending.reason());
    }
    var over = ended(stored.get().execution());
    if (over.isPresent()) {
      return new EffectResult.NextEvent(over.get());
    }
    boolean refused =
        stored.get().execution().state() instanceof ChangeState.Aborted a
            && a.cause() != AbortCause.UNREACHABLE
            && a.cause() != AbortCause.CHECKPOINT_ALTERED;
    return refused
        ? new EffectResult.NextEvent(new ChangeEvent.NotCompensated(ending.reason()))
        : new EffectResult.Stuck(ending.reason());
  }

  /** An earlier one that died before its commit doesn't count. */
  private static Optional<ChangeEvent> ended(ChangeExecution undo) {
    if (undo.state() instanceof ChangeState.Completed) {
      return Optional.of(new ChangeEvent.Compensated(undo.id(), undo.leftOut()));
    }
    return undo.state() instanceof ChangeState.Failed f
        ? Optional.of(new ChangeEvent.NotCompensated(f.reason()))
        : Optional.empty();
  }

  private NewChange opening(ChangeExecution failed, String id) throws InterruptedException {
    var mark = dependencies.ledger().epochMark();
    return new NewChange(
        id,
        failed.log(),
        ChangeKind.COMPENSATION,
        Optional.of(ChangeContent.rollbackTarget(failed.base())),
        dependencies.ledger().base(),
        ChangeContent.rollbackDigest(failed.base()),
        failed.planHash(),
        failed.requester(),
        Optional.of(failed.id()),
        RolloutPlan.AT_ONCE,
        Optional.empty(),
        mark.last(),
        mark.revision(),
        dependencies
            .archive()
            .provenanceAgain(ChangeContent.rollbackTarget(failed.base()), mark.last() + 1));
  }

  private static String reason(ChangeExecution failed) {
    return failed.state() instanceof ChangeState.Undoing u ? u.reason() : "";
  }
}
