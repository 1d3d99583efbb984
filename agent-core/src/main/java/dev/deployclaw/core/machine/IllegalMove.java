package dev.deployclaw.core.machine;

/** An event came in a state that has no row for it: a bug, never a failure of a back end. */
public final class IllegalMove extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IllegalMove(State state, Event event) {
    super("no move from " + state.word() + " on " + event.getClass().getSimpleName());
  }
}
