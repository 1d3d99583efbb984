package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Accepted;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.StateStore;
import java.util.List;
import java.util.Optional;

/**
 * Changes that a restored state store remembers as under way, while their epochs' numbers were
 * given out again in what it forgot. Members refuse such an epoch, or act on another one of its
 * number, so nobody is told of it: not to act on it, and not to remove it. What it committed stays
 * committed, and is put in force under a fresh epoch by whoever accepted the regression.
 */
final class Overtaken {
  private final StateStore state;

  Overtaken(StateStore state) {
    this.state = state;
  }

  /** The highest epoch that a person took out of use; 0 for none. */
  long upTo() throws InterruptedException {
    return state
        .get(Keys.ACCEPTED)
        .map(e -> Accepted.read(e.value()))
        .orElse(Accepted.NOTHING)
        .epoch();
  }

  boolean has(Execution x) throws InterruptedException {
    return x.epoch() <= upTo();
  }

  /**
   * What ends it, turn by turn; empty where it can go on: a way back that is due gets an epoch of
   * its own, and collecting asks nobody to act.
   */
  static Optional<Event> next(Execution x) {
    String reason = "epoch " + x.epoch() + " was overtaken: " + Regression.ACCEPTED;
    return switch (x.state()) {
      case State.Opened _, State.Checkpointed _, State.Staged _, State.Prepared _ ->
          Optional.of(new Event.Stopped(Cause.REGRESSED, reason));
      case State.Resumed _, State.Cleared _ ->
          Optional.of(new Event.Stopped(Cause.REGRESSED, reason));
      case State.Held _ -> Optional.of(new Event.Outdated(reason));
      case State.Aborting _ ->
          Optional.of(new Event.Discarded(List.of("what was staged, until it is collected")));
      case State.Widened _, State.Baking _, State.Withdrawing _ ->
          Optional.of(new Event.Superseded(reason));
      case State.Committed _, State.Published _, State.Converged _, State.Soaking _ ->
          Optional.of(new Event.Superseded(reason));
      case State.Baked _, State.Undoing _ -> Optional.empty();
      case State.Completed _, State.RolledBack _, State.Failed _, State.Aborted _ ->
          Optional.empty();
    };
  }
}
