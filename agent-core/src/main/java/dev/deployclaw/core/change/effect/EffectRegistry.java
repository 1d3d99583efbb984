package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader.Loaded;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEffect;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import java.util.Optional;

/** The one class for each kind of effect, found by the kind. */
public record EffectRegistry(EffectDependencies dependencies) {
  /**
   * Performs an effect.
   *
   * @param content what the change carries, where that is at hand; else it is read back
   */
  public EffectResult perform(
      ChangeEffect kind,
      ChangeExecution x,
      Optional<ChangeContent> content,
      OrchestrationContext context)
      throws InterruptedException {
    return switch (handler(kind)) {
      case EffectHandler.WithoutContent handler -> handler.perform(x, context);
      case EffectHandler.WithContent handler ->
          switch (content.isPresent()
              ? new Loaded.Ready(content.get())
              : dependencies.store().archive().load(x)) {
            case Loaded.Missing(String reason) -> missing(x.state(), reason);
            case Loaded.Ready(ChangeContent ready) -> handler.perform(x, ready, context);
          };
    };
  }

  /** A kind without a class doesn't compile. */
  EffectHandler handler(ChangeEffect kind) {
    return switch (kind) {
      case TAKE_CHECKPOINT -> new TakeCheckpointEffect(dependencies);
      case STAGE -> new StageEffect(dependencies);
      case PREPARE -> new PrepareEffect(dependencies);
      case JUDGE_GATE -> new JudgeGateEffect(dependencies);
      case OBSERVE_AGAIN -> new ObserveAgainEffect(dependencies);
      case VERIFY_CHECKPOINT -> new VerifyCheckpointEffect(dependencies);
      case WIDEN -> new WidenEffect(dependencies);
      case BAKE -> new BakeEffect(dependencies);
      case WITHDRAW -> new WithdrawEffect(dependencies);
      case PUBLISH -> new PublishEffect(dependencies);
      case CONVERGE -> new ConvergeEffect(dependencies);
      case VALIDATE -> new ValidateEffect(dependencies);
      case COLLECT -> new CollectEffect(dependencies);
      case COMPENSATE -> new CompensateEffect(dependencies);
      case DISCARD -> new DiscardEffect(dependencies);
      case REST -> throw new IllegalStateException("nothing is to be done");
    };
  }

  /** A candidate without policies is taken back; what everybody is to act on is waited for. */
  private static EffectResult missing(ChangeState state, String reason) {
    if (!state.live()) {
      return new EffectResult.NextEvent(new ChangeEvent.Stopped(AbortCause.UNREACHABLE, reason));
    }
    boolean tried = state.onTrial() && !(state instanceof ChangeState.Withdrawing);
    return tried
        ? new EffectResult.NextEvent(new ChangeEvent.Refused(reason))
        : new EffectResult.Stuck(reason);
  }
}
