package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.change.probe.SyntheticProbe;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.result.ExecutionOutcome;

/**
 * Sends synthetic requests through the enforcement points. A compensation, and what puts back what
 * was found before the first change, is proven by the digests that every member holds.
 */
record ValidateEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    if (x.kind() == ChangeKind.COMPENSATION || x.restores()) {
      return compare(x, content, context);
    }
    var probe =
        new SyntheticProbe(
            dependencies.ports().executors(), dependencies.settings(), dependencies.time());
    var event = probe.probe(content.activation(x), x.rollout(), context);
    boolean watched = x.state().onTrial() || x.rollout().bakes();
    long now = dependencies.time().instant().toEpochMilli();
    return new EffectResult.NextEvent(
        event instanceof ChangeEvent.Validated && watched
            ? new ChangeEvent.BakeBegun(now + x.rollout().bakeMillis())
            : event);
  }

  /** The committed digest is the one that was to come back, and every member answers again. */
  private EffectResult compare(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var ledger = dependencies.ledger();
    var active = ledger.active().filter(a -> a.digest().equals(x.digest()));
    if (active.isEmpty()) {
      return new EffectResult.NextEvent(
          new ChangeEvent.Refused("active doesn't name the digest of the rollback"));
    }
    long from = dependencies.time().micros();
    var completion = context.completion(x, content);
    var participants = dependencies.participants().on(completion);
    var observed = completion.atLast(dependencies.convergence(participants).observe(context));
    var recorder = context.recorder();
    recorder.tellTimed(
        Phase.VALIDATE, "Comparing what every member holds", LogEntryContent.of(observed), from);
    if (!observed.allYes()) {
      recorder.summarise(observed.counts() + " observed", ActivationReplies.worst(observed));
      return new EffectResult.Stuck(ExecutionOutcome.NOT_BACK + observed.pending());
    }
    recorder.summarise("back at policy digest " + x.digest().substring(0, 12), Status.OK);
    if (x.restores()) {
      // an agent that published may have died with what it knew of this
      var replies =
          dependencies.participants().converged(content.activation(x), context.callContext());
      ActivationReplies.leaveOpen(replies, content, recorder);
    }
    return ActivationReplies.rolledBack(observed, new ChangeEvent.Validated(), completion);
  }
}
