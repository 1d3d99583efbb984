package dev.deployclaw.core.result;

import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.ChangeState.Aborted;
import dev.deployclaw.core.machine.ChangeState.Completed;
import dev.deployclaw.core.machine.ChangeState.Failed;
import dev.deployclaw.core.machine.ChangeState.Held;
import dev.deployclaw.core.machine.ChangeState.RolledBack;
import dev.deployclaw.core.spi.CallFault;
import java.util.Optional;

/**
 * How an execution stands when it rests.
 *
 * @param cause why nothing was committed, where that is known
 */
public record ExecutionOutcome(
    ExecutionStatus result, ExitCode exit, String reason, Optional<AbortCause> cause) {
  /** How the reason of a rollback begins that waits for members. */
  public static final String NOT_BACK = "not back yet: ";

  private static final String PENDING = "still pending: ";

  public ExecutionOutcome(ExecutionStatus result, ExitCode exit, String reason) {
    this(result, exit, reason, Optional.empty());
  }

  /** Of a state in which nothing is to be done. */
  public static ExecutionOutcome of(ChangeState state) {
    return switch (state) {
      case Completed _ ->
          new ExecutionOutcome(ExecutionStatus.COMPLETED, ExitCode.OK, "live everywhere");
      case Held h -> new ExecutionOutcome(ExecutionStatus.HELD, ExitCode.HELD, h.why());
      case RolledBack r ->
          new ExecutionOutcome(ExecutionStatus.ROLLED_BACK, ExitCode.ROLLED_BACK, r.reason());
      case Failed f -> new ExecutionOutcome(ExecutionStatus.FAILED, ExitCode.FAILED, f.reason());
      case Aborted a -> aborted(a.cause(), a.reason());
      case ChangeState.BeforeCommit _, ChangeState.OnTrial _ -> pending(state);
      case ChangeState.AfterCommit _, ChangeState.Aborting _ -> pending(state);
    };
  }

  /** Of a change in such a state, with whom it left out. */
  public static ExecutionOutcome of(ChangeExecution x) {
    var ending = of(x.state());
    return x.leftOut()
        .filter(_ -> x.state().over())
        .map(
            l -> new ExecutionOutcome(ending.result, ending.exit, ending.reason + "; " + l.words()))
        .orElse(ending);
  }

  /** The same, and something else that is to be said; nothing that isn't done is a success then. */
  public ExecutionOutcome and(String more) {
    boolean idle = exit == ExitCode.OK && result != ExecutionStatus.COMPLETED;
    return new ExecutionOutcome(
        result, idle ? ExitCode.REFUSED : exit, reason + "; " + more, cause);
  }

  public static ExecutionOutcome completed(String reason) {
    return new ExecutionOutcome(ExecutionStatus.COMPLETED, ExitCode.OK, reason);
  }

  public static ExecutionOutcome noChange(String reason) {
    return new ExecutionOutcome(ExecutionStatus.NO_CHANGE, ExitCode.OK, reason);
  }

  public static ExecutionOutcome refused(String reason) {
    return new ExecutionOutcome(ExecutionStatus.REFUSED, ExitCode.REFUSED, reason);
  }

  public static ExecutionOutcome aborted(String reason) {
    return new ExecutionOutcome(ExecutionStatus.ABORTED, ExitCode.ABORTED, reason);
  }

  public static ExecutionOutcome failed(String reason) {
    return new ExecutionOutcome(ExecutionStatus.FAILED, ExitCode.FAILED, reason);
  }

  public static ExecutionOutcome unknown(String reason) {
    return new ExecutionOutcome(ExecutionStatus.UNKNOWN, ExitCode.FAILED, reason);
  }

  /** What a rollback waits for, the change that it undoes waits for, too. */
  public static ExecutionOutcome stillPending(String what) {
    boolean said = what.startsWith(PENDING) || what.startsWith(NOT_BACK);
    return unknown(said ? what : PENDING + what);
  }

  /** How an execution ends whose one call to an executor failed. */
  public static ExecutionOutcome of(CallFault fault) {
    return switch (fault) {
      case CallFault.Unavailable(String reason) -> unreachable(reason);
      case CallFault.Unknown(String reason) -> unknown(reason);
      case CallFault.Denied _, CallFault.Ungranted _, CallFault.Invalid _, CallFault.Conflict _ ->
          refused(fault.reason());
    };
  }

  public static ExecutionOutcome unreachable(String reason) {
    return aborted(AbortCause.UNREACHABLE, reason);
  }

  public static ExecutionOutcome aborted(AbortCause cause, String reason) {
    return new ExecutionOutcome(result(cause), exit(cause), reason, Optional.of(cause));
  }

  private static ExecutionStatus result(AbortCause cause) {
    return switch (cause) {
      case REGRESSED -> ExecutionStatus.FAILED;
      case SKILL_REFUSED -> ExecutionStatus.REFUSED;
      case UNREACHABLE, VOTED_DOWN, REJECTED, EXPIRED, STALE -> ExecutionStatus.ABORTED;
      case CHECKPOINT_ALTERED, FROZEN, INTERRUPTED -> ExecutionStatus.ABORTED;
    };
  }

  private static ExecutionOutcome pending(ChangeState state) {
    return unknown("not finished: " + state.word());
  }

  private static ExitCode exit(AbortCause cause) {
    return switch (cause) {
      case UNREACHABLE -> ExitCode.UNREACHABLE;
      case REGRESSED -> ExitCode.FAILED;
      case SKILL_REFUSED -> ExitCode.REFUSED;
      case VOTED_DOWN, REJECTED, EXPIRED, STALE -> ExitCode.ABORTED;
      case CHECKPOINT_ALTERED, FROZEN, INTERRUPTED -> ExitCode.ABORTED;
    };
  }
}
