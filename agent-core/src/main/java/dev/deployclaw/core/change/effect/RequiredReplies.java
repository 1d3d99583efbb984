package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.Optional;

/** What participants have to answer before the commit, and how a change stops if they don't. */
final class RequiredReplies {
  private RequiredReplies() {}

  /**
   * The answers that stop it; empty if none does. A rollback only needs the store of policy sets: a
   * member that can't go back stops no other. A rollback that a person asks for needs at least one
   * member that goes, since as yet every member is where it should be.
   */
  static Optional<ParticipantReplies> lacking(ChangeExecution x, ParticipantReplies replies) {
    if (!x.kind().back()) {
      return Optional.of(replies).filter(t -> !t.allYes());
    }
    var store = replies.only(ExecutorRegistry.STORE);
    if (!store.allYes()) {
      return Optional.of(store);
    }
    return Optional.of(replies).filter(t -> x.kind() == ChangeKind.ROLLBACK && refusedByAll(t));
  }

  private static boolean refusedByAll(ParticipantReplies replies) {
    return !replies.with(Answer.NO).isEmpty()
        && replies.with(Answer.YES).size() == replies.yes(ExecutorRegistry.STORE);
  }

  static EffectResult unobserved(ParticipantReplies observed) {
    boolean refused = !observed.with(Answer.NO).isEmpty();
    return stopped(observed, refused ? "has to be fixed first" : "can't be observed");
  }

  static EffectResult stopped(ParticipantReplies replies, String what) {
    var refused = replies.with(Answer.NO);
    return refused.isEmpty()
        ? EffectResult.stopped(AbortCause.UNREACHABLE, what + ": " + replies.named(Answer.UNKNOWN))
        : EffectResult.stopped(AbortCause.VOTED_DOWN, what + ": " + replies.pending());
  }

  static Status status(ParticipantReplies replies) {
    return replies.allYes() ? Status.OK : Status.WARNING;
  }
}
