package dev.deployclaw.core.regression;

import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.AcceptedRegression;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import java.util.Optional;

/**
 * Changes that a restored state store remembers as under way, while their epochs' numbers were
 * given out again in what it forgot. Members refuse such an epoch, or act on another one of its
 * number, so nobody is told of it: not to act on it, and not to remove it. What it committed stays
 * committed, and is put in force under a fresh epoch by the person who accepted the regression.
 */
public record SupersededChanges(StateStore state) {
  /** The highest epoch that a person took out of use; 0 for none. */
  public long upTo() throws InterruptedException {
    return state
        .get(StoreKeys.ACCEPTED)
        .map(e -> AcceptedRegression.read(e.value()))
        .orElse(AcceptedRegression.NOTHING)
        .epoch();
  }

  public boolean has(ChangeExecution x) throws InterruptedException {
    return x.epoch() <= upTo();
  }

  /**
   * What ends it, turn by turn; empty where it can go on: a rollback that is due gets an epoch of
   * its own, and collecting asks nobody to act.
   */
  public static Optional<ChangeEvent> next(ChangeExecution x) {
    String reason = "epoch " + x.epoch() + " was superseded: " + RegressionDetector.ACCEPTED;
    return switch (x.state()) {
      case ChangeState.Held _ -> Optional.of(new ChangeEvent.Outdated(reason));
      case ChangeState.BeforeCommit _ ->
          Optional.of(new ChangeEvent.Stopped(AbortCause.REGRESSED, reason));
      case ChangeState.Aborting _ ->
          Optional.of(new ChangeEvent.Discarded(List.of("what was staged, until it is collected")));
      case ChangeState.Baked _, ChangeState.Undoing _ -> Optional.empty();
      case ChangeState.Completed _,
          ChangeState.RolledBack _,
          ChangeState.Failed _,
          ChangeState.Aborted _ ->
          Optional.empty();
      case ChangeState.OnTrial _, ChangeState.AfterCommit _ ->
          Optional.of(new ChangeEvent.Superseded(reason));
    };
  }
}
