package dev.deployclaw.core.service;

import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;

/** What became of a hold. */
public sealed interface HoldEnding {
  record Waiting() implements HoldEnding {}

  /**
   * A person's yes was taken.
   *
   * @param atMillis milliseconds since 1970
   */
  record Approved(String who, long atMillis) implements HoldEnding {}

  /**
   * A person's no.
   *
   * @param reason names the person
   */
  record Rejected(String reason) implements HoldEnding {}

  /** Its time ended without a decision. */
  record Expired() implements HoldEnding {}

  /** It ended in another way, for example because something else was committed. */
  record Ended(String reason) implements HoldEnding {}

  /** The state store has nothing of it any more. */
  record Unrecorded() implements HoldEnding {}

  /** Of a change that isn't held any more. */
  static HoldEnding of(ChangeExecution x) {
    return switch (x.state()) {
      case ChangeState.Aborting(AbortCause cause, String reason) -> of(cause, reason);
      case ChangeState.Aborted(AbortCause cause, String reason, var _) -> of(cause, reason);
      case ChangeState.Held _ -> new Waiting();
      case ChangeState.BeforeCommit _, ChangeState.OnTrial _, ChangeState.AfterCommit _ ->
          approved(x);
    };
  }

  private static HoldEnding of(AbortCause cause, String reason) {
    return switch (cause) {
      case REJECTED -> new Rejected(reason);
      case EXPIRED -> new Expired();
      case UNREACHABLE,
          VOTED_DOWN,
          STALE,
          SKILL_REFUSED,
          CHECKPOINT_ALTERED,
          REGRESSED,
          FROZEN,
          INTERRUPTED ->
          new Ended(reason);
    };
  }

  private static HoldEnding approved(ChangeExecution x) {
    return x.approval()
        .<HoldEnding>map(a -> new Approved(a.who(), a.atMillis()))
        .orElseGet(Unrecorded::new);
  }
}
