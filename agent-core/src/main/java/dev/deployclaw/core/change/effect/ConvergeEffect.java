package dev.deployclaw.core.change.effect;

import static dev.deployclaw.policy.model.LimitPrecision.SHORTEST_QUOTA;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.change.publication.ConvergenceLoop.EarlyEnd;
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
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

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
      outlast(formerLease(x, content), recorder);
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

  /**
   * How long requests may still be admitted by the policies before a change: a service may have
   * charged some ahead until the moment that every member acted on the new ones. Synthetic requests
   * are never charged ahead, so they meet the new policies at once.
   *
   * <p>An Envoy that takes quotas lets requests pass for {@code SHORTEST_QUOTA} that no limit
   * restricted when it asked. Quotas need limits with leases of that length; the agent doesn't know
   * who takes them.
   *
   * @return the longest lease of what was enforced before, and a quota's pass where the change
   *     brings quotas; empty where there is neither
   */
  private static Optional<Duration> formerLease(ChangeExecution x, ChangeContent content) {
    // the cohort of a trial may grow or shrink: its tenants come from either set
    var own = x.state().onTrial() ? Stream.of(content.set()) : Stream.<PolicySet>empty();
    var former = Stream.concat(content.previous().stream(), own).flatMap(ConvergeEffect::leases);
    boolean quotas = leases(content.set()).anyMatch(lease -> lease.compareTo(SHORTEST_QUOTA) >= 0);
    var pass = quotas ? Stream.of(SHORTEST_QUOTA) : Stream.<Duration>empty();
    return Stream.concat(former, pass).max(Comparator.naturalOrder());
  }

  private static Stream<Duration> leases(PolicySet set) {
    return set.tenants().values().stream()
        .flatMap(tenant -> tenant.limits().stream())
        .flatMap(limit -> limit.precision().lease().stream());
  }
}
