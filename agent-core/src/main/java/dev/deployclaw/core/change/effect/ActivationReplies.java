package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.call.RollbackCompletion;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport.Answer;

/** What follows from the members' answers once an epoch is to be acted on. */
final class ActivationReplies {
  private ActivationReplies() {}

  /**
   * A member that answers and refuses failed; one that doesn't answer is unknown, and the next
   * start goes on with it. A rollback has nowhere else to go: it waits for both.
   *
   * @param otherwise what the members that refused are said not to do
   */
  static EffectResult result(
      ParticipantReplies replies,
      ChangeEvent whenAll,
      String otherwise,
      RollbackCompletion completion) {
    if (completion.back()) {
      return rolledBack(replies, whenAll, completion);
    }
    if (replies.allYes()) {
      return new EffectResult.NextEvent(whenAll);
    }
    return replies.with(Answer.NO).isEmpty()
        ? new EffectResult.Stuck(replies.named(Answer.UNKNOWN))
        : new EffectResult.NextEvent(new ChangeEvent.Refused(otherwise + ": " + replies.pending()));
  }

  /** All that can are back; what is left waits for them, or for a person's word. */
  static EffectResult rolledBack(
      ParticipantReplies replies, ChangeEvent whenAll, RollbackCompletion completion) {
    if (!replies.allYes()) {
      return new EffectResult.Stuck(ExecutionOutcome.NOT_BACK + replies.pending());
    }
    return new EffectResult.NextEvent(
        completion
            .newly(replies)
            .<ChangeEvent>map(ChangeEvent.MembersLeftOut::new)
            .orElse(whenAll));
  }

  static Status worst(ParticipantReplies replies) {
    if (replies.allYes()) {
      return Status.OK;
    }
    return replies.with(Answer.NO).isEmpty() ? Status.UNKNOWN : Status.ERROR;
  }

  /** Records the members that keep what they have, since it isn't known what they had before. */
  static void leaveOpen(
      ParticipantReplies replies, ChangeContent content, ExecutionRecorder recorder) {
    content
        .restores()
        .ifPresent(found ->
            replies
                .reports()
                .forEach((participant, reports) ->
                    reports.stream()
                        .filter(r -> r.answer() == Answer.SKIPPED)
                        .filter(r -> found.whyUnseen(participant, r.member()).isPresent())
                        .forEach(r -> recorder.leaveOpen(r.member()))));
  }

  static String named(EpochSpec activation) {
    return activation
        .candidate()
        .map(c ->
            "epoch %d, and epoch %d for positions below %d"
                .formatted(activation.epoch(), c.epoch(), c.cohort().share()))
        .orElse("epoch " + activation.epoch());
  }
}
