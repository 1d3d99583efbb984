package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.change.publication.ConvergenceLoop.EarlyEnd;
import dev.deployclaw.core.change.publication.FormerLeases;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits, within a bound, until every member acts on the committed epoch, and until what was charged
 * ahead under the former policies has lapsed.
 */
record ConvergeEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = dependencies.time().micros();
    var activation = content.activation(x);
    var completion = context.completion(x, content);
    var participants = dependencies.participants().on(completion);
    if (completion.back()) {
      offer(activation, participants, context);
    }
    // a change can be rolled back and needn't wait; a rollback has nowhere else to go
    var end = completion.back() ? EarlyEnd.NONE : EarlyEnd.AT_STUCK;
    var replies =
        completion.atLast(dependencies.convergence(participants).await(activation, context, end));
    String action = "Asking which members enforce " + ActivationReplies.named(activation);
    var recorder = context.recorder();
    recorder.tellTimed(Phase.CONVERGE, action, LogEntryContent.of(replies), from);
    recorder.summarise(replies.counts() + " confirmed", ActivationReplies.worst(replies));
    if (replies.allYes()) {
      outlast(FormerLeases.longest(x, content), recorder);
    }
    ActivationReplies.leaveOpen(replies, content, recorder);
    return ActivationReplies.result(
        replies, new ChangeEvent.ConvergedEverywhere(), "doesn't enforce it", completion);
  }

  private void outlast(Optional<Duration> lease, ExecutionRecorder recorder)
      throws InterruptedException {
    if (lease.isPresent()) {
      String action = "Waiting until leases of the former policies have ended";
      var longest = PolicyYamlWriter.lease(lease.get());
      recorder.tell(Phase.CONVERGE, action, new LogEntryContent(longest, Status.OK));
      dependencies.time().pause(lease.get());
      recorder.waited(lease.get().toNanos() / 1000);
    }
  }

  /** A member that isn't there takes it at once, or refuses it, and needn't if it never left. */
  private void offer(
      EpochSpec activation, ParticipantFanout participants, OrchestrationContext context)
      throws InterruptedException {
    var open = participants.converged(activation, context.callContext()).answering(Answer.NO);
    if (!open.isEmpty() && dependencies.ledger().leads(context.leadership())) {
      var _ = participants.again(open, activation, context.callContext());
    }
  }
}
