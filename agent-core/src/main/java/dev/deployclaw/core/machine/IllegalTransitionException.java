package dev.deployclaw.core.machine;

/** An event came in a state that has no row for it: a bug, never a failure of a back end. */
public final class IllegalTransitionException extends RuntimeException {
  IllegalTransitionException(ChangeState state, ChangeEvent event) {
    super("no move from " + state.word() + " on " + event.getClass().getSimpleName());
  }
}
