package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.State.Aborted;
import dev.deployclaw.core.machine.State.Completed;
import dev.deployclaw.core.machine.State.Failed;
import dev.deployclaw.core.machine.State.Held;
import dev.deployclaw.core.machine.State.RolledBack;
import java.util.Optional;

/**
 * How an execution stands when it rests.
 *
 * @param cause why nothing was committed, where that is known
 */
record Ending(Result result, ExitCode exit, String reason, Optional<Cause> cause) {
  /** How the reason of a way back begins that waits for members. */
  static final String NOT_BACK = "not back yet: ";

  private static final String PENDING = "still pending: ";

  Ending(Result result, ExitCode exit, String reason) {
    this(result, exit, reason, Optional.empty());
  }

  /** Of a state in which nothing is to be done. */
  static Ending of(State state) {
    return switch (state) {
      case Completed _ -> new Ending(Result.COMPLETED, ExitCode.OK, "live everywhere");
      case Held h -> new Ending(Result.HELD, ExitCode.HELD, h.why());
      case RolledBack r -> new Ending(Result.ROLLED_BACK, ExitCode.ROLLED_BACK, r.reason());
      case Failed f -> new Ending(Result.FAILED, ExitCode.FAILED, f.reason());
      case Aborted a -> aborted(a.cause(), a.reason());
      case State.Opened _, State.Checkpointed _, State.Staged _, State.Prepared _ -> pending(state);
      case State.Resumed _, State.Cleared _, State.Aborting _ -> pending(state);
      case State.Committed _, State.Published _, State.Converged _ -> pending(state);
      case State.Widened _, State.Baking _, State.Withdrawing _ -> pending(state);
      case State.Soaking _, State.Baked _, State.Undoing _ -> pending(state);
    };
  }

  /** Of a change in such a state, with whom it left out. */
  static Ending of(Execution x) {
    var ending = of(x.state());
    return x.leftOut()
        .filter(_ -> x.state().over())
        .map(l -> new Ending(ending.result, ending.exit, ending.reason + "; " + l.words()))
        .orElse(ending);
  }

  /** The same, and something else that is to be said; nothing that isn't done is a success then. */
  Ending and(String more) {
    boolean idle = exit == ExitCode.OK && result != Result.COMPLETED;
    return new Ending(result, idle ? ExitCode.REFUSED : exit, reason + "; " + more, cause);
  }

  static Ending unknown(String reason) {
    return new Ending(Result.UNKNOWN, ExitCode.FAILED, reason);
  }

  /** What a way back waits for, the change that it undoes waits for, too. */
  static Ending stillPending(String what) {
    boolean said = what.startsWith(PENDING) || what.startsWith(NOT_BACK);
    return unknown(said ? what : PENDING + what);
  }

  static Ending unreachable(String reason) {
    return aborted(Cause.UNREACHABLE, reason);
  }

  static Ending aborted(Cause cause, String reason) {
    return new Ending(result(cause), exit(cause), reason, Optional.of(cause));
  }

  private static Result result(Cause cause) {
    return switch (cause) {
      case REGRESSED -> Result.FAILED;
      case SKILL_REFUSED -> Result.REFUSED;
      case UNREACHABLE, VOTED_DOWN, REJECTED, EXPIRED, STALE -> Result.ABORTED;
      case CHECKPOINT_ALTERED, FROZEN, INTERRUPTED -> Result.ABORTED;
    };
  }

  private static Ending pending(State state) {
    return unknown("not at rest: " + state.word());
  }

  private static ExitCode exit(Cause cause) {
    return switch (cause) {
      case UNREACHABLE -> ExitCode.UNREACHABLE;
      case REGRESSED -> ExitCode.FAILED;
      case SKILL_REFUSED -> ExitCode.REFUSED;
      case VOTED_DOWN, REJECTED, EXPIRED, STALE -> ExitCode.ABORTED;
      case CHECKPOINT_ALTERED, FROZEN, INTERRUPTED -> ExitCode.ABORTED;
    };
  }
}
