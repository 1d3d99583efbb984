package dev.deployclaw.core.change.publication;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport.Answer;

/**
 * Publishes a committed epoch to all participants. A member that doesn't answer is published to
 * again until the bound, since it may be back any moment. A refusal is an answer: it is tried a few
 * times, because a member may lack what was staged, and each try stages that first. Only an agent
 * that leads by a linearizable read publishes again.
 */
public record PublishLoop(
    ParticipantFanout participants,
    ChangeLedger ledger,
    AgentSettings.Bounds bounds,
    AgentClock time) {
  public ParticipantReplies publish(EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    var log =
        new WaitReasonLog(
            context.recorder(), Phase.PUBLISH, "Publishing epoch " + activation.epoch() + " again");
    int refused = 0;
    var replies = participants.publish(activation, context.callContext());
    long waits = time.micros();
    while (!replies.allYes()) {
      refused += replies.with(Answer.NO).isEmpty() ? 0 : 1;
      long waited = time.micros() - since;
      if (waited >= within || (refused >= bounds.attempts() && decides(replies))) {
        break;
      }
      log.tell("not taken yet: " + replies.pending(), replies.unfinished());
      time.pause(RetryBackoff.after(waited, bounds.poll()));
      if (!ledger.leads(context.leadership())) {
        break;
      }
      replies =
          replies.updated(
              participants.again(replies.unfinished(), activation, context.callContext()));
    }
    context.recorder().waited(time.micros() - waits);
    return replies;
  }

  /** On a rollback a refusal stops no other member: those that don't answer are waited for. */
  private boolean decides(ParticipantReplies replies) {
    return !participants.back() || replies.with(Answer.UNKNOWN).isEmpty();
  }
}
