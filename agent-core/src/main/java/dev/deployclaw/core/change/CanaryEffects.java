package dev.deployclaw.core.change;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.Optional;

/**
 * The effects of a candidate beside what is committed: its cohort is published and proven, or it is
 * taken back. What can't be told is no data, and no data is no pass: then it is taken back, too.
 */
final class CanaryEffects {
  private final PostCommitEffects after;
  private final ParticipantFanout participants;
  private final AgentClock time;

  CanaryEffects(PostCommitEffects after, ParticipantFanout participants, AgentClock time) {
    this.after = after;
    this.participants = participants;
    this.time = time;
  }

  /** Published, acted on by everybody, and proven on both sides of the cohort. */
  EffectResult widen(ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var happened = after.publish(x, content, context);
    if (happened instanceof EffectResult.NextEvent(ChangeEvent.PublishedEverywhere _)) {
      happened = after.converge(x, content, context);
    }
    if (happened instanceof EffectResult.NextEvent(ChangeEvent.ConvergedEverywhere _)) {
      happened = after.validate(x, content, context);
    }
    return happened instanceof EffectResult.Stuck(String pending)
        ? new EffectResult.NextEvent(new ChangeEvent.Refused("no data: " + pending))
        : happened;
  }

  /** Everybody acts on what is committed again; then what was staged has no reader any more. */
  EffectResult withdraw(ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    var published = after.publish(x, content, context);
    if (!(published instanceof EffectResult.NextEvent)) {
      return published;
    }
    return switch (after.converge(x, content, context)) {
      case EffectResult.NextEvent(ChangeEvent.MembersLeftOut left) ->
          discard(x, Optional.of(left), context);
      case EffectResult.NextEvent _ -> discard(x, leftOut(published), context);
      case EffectResult.Stuck stuck -> stuck;
      case EffectResult.Retry again -> again;
    };
  }

  private static Optional<ChangeEvent.MembersLeftOut> leftOut(EffectResult published) {
    return published instanceof EffectResult.NextEvent(ChangeEvent.MembersLeftOut left)
        ? Optional.of(left)
        : Optional.empty();
  }

  private EffectResult discard(
      ChangeExecution x, Optional<ChangeEvent.MembersLeftOut> leftOut, OrchestrationContext context)
      throws InterruptedException {
    long from = time.micros();
    var replies = participants.discard(x.epoch(), context.callContext());
    String action = "Removing what was staged for epoch " + x.epoch();
    context.recorder().tellTimed(Phase.FINISH, action, LogEntryContent.of(replies), from);
    String who = leftOut.map(l -> "all others, " + l.leftOut().words()).orElse("everybody");
    context.recorder().summarise("back at epoch " + x.base().epoch() + " for " + who, Status.OK);
    if (leftOut.isPresent()) {
      return new EffectResult.NextEvent(leftOut.get());
    }
    return new EffectResult.NextEvent(
        new ChangeEvent.Withdrawn(
            replies.all().stream()
                .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
                .map(r -> r.member() + ": " + r.reason())
                .toList()));
  }
}
