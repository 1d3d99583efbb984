package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.ChangeEvent.Approved;
import dev.deployclaw.core.machine.ChangeEvent.BakeBegun;
import dev.deployclaw.core.machine.ChangeEvent.CheckpointIntact;
import dev.deployclaw.core.machine.ChangeEvent.CheckpointTaken;
import dev.deployclaw.core.machine.ChangeEvent.Collected;
import dev.deployclaw.core.machine.ChangeEvent.Compensated;
import dev.deployclaw.core.machine.ChangeEvent.ConvergedEverywhere;
import dev.deployclaw.core.machine.ChangeEvent.Discarded;
import dev.deployclaw.core.machine.ChangeEvent.Expired;
import dev.deployclaw.core.machine.ChangeEvent.GateHeld;
import dev.deployclaw.core.machine.ChangeEvent.GateOpened;
import dev.deployclaw.core.machine.ChangeEvent.MembersLeftOut;
import dev.deployclaw.core.machine.ChangeEvent.NotCompensated;
import dev.deployclaw.core.machine.ChangeEvent.ObservedSame;
import dev.deployclaw.core.machine.ChangeEvent.Outdated;
import dev.deployclaw.core.machine.ChangeEvent.PublishedEverywhere;
import dev.deployclaw.core.machine.ChangeEvent.Refused;
import dev.deployclaw.core.machine.ChangeEvent.Rejected;
import dev.deployclaw.core.machine.ChangeEvent.Soaked;
import dev.deployclaw.core.machine.ChangeEvent.StagedEverywhere;
import dev.deployclaw.core.machine.ChangeEvent.Stopped;
import dev.deployclaw.core.machine.ChangeEvent.Superseded;
import dev.deployclaw.core.machine.ChangeEvent.Validated;
import dev.deployclaw.core.machine.ChangeEvent.Voted;
import dev.deployclaw.core.machine.ChangeEvent.Withdrawn;
import dev.deployclaw.core.machine.ChangeState.Aborted;
import dev.deployclaw.core.machine.ChangeState.Aborting;
import dev.deployclaw.core.machine.ChangeState.Baked;
import dev.deployclaw.core.machine.ChangeState.Baking;
import dev.deployclaw.core.machine.ChangeState.Checkpointed;
import dev.deployclaw.core.machine.ChangeState.Cleared;
import dev.deployclaw.core.machine.ChangeState.Committed;
import dev.deployclaw.core.machine.ChangeState.Completed;
import dev.deployclaw.core.machine.ChangeState.Converged;
import dev.deployclaw.core.machine.ChangeState.Failed;
import dev.deployclaw.core.machine.ChangeState.Held;
import dev.deployclaw.core.machine.ChangeState.Opened;
import dev.deployclaw.core.machine.ChangeState.Prepared;
import dev.deployclaw.core.machine.ChangeState.Published;
import dev.deployclaw.core.machine.ChangeState.Resumed;
import dev.deployclaw.core.machine.ChangeState.RolledBack;
import dev.deployclaw.core.machine.ChangeState.Soaking;
import dev.deployclaw.core.machine.ChangeState.Staged;
import dev.deployclaw.core.machine.ChangeState.Undoing;
import dev.deployclaw.core.machine.ChangeState.Widened;
import dev.deployclaw.core.machine.ChangeState.Withdrawing;
import java.util.List;

/** Every legal move. What has no row here is illegal. */
final class TransitionTable {
  private TransitionTable() {}

  static final List<Row<?, ?>> ROWS =
      List.of(
          // up to the votes
          row(Opened.class, CheckpointTaken.class, (x, s, e) -> new Checkpointed()),
          row(Checkpointed.class, StagedEverywhere.class, (x, s, e) -> new Staged()),
          row(Staged.class, Voted.class, (x, s, e) -> prepared(e)),
          // the gate
          row(Prepared.class, GateOpened.class, (x, s, e) -> new Cleared(e.rule())),
          row(
              Prepared.class,
              GateHeld.class,
              (x, s, e) -> new Held(e.why(), e.untilMillis(), e.approval())),
          row(Held.class, Approved.class, (x, s, e) -> new Resumed()),
          row(Held.class, Rejected.class, (x, s, e) -> rejected(e)),
          row(Held.class, Expired.class, (x, s, e) -> expired()),
          row(Held.class, Outdated.class, (x, s, e) -> new Aborting(AbortCause.STALE, e.reason())),
          row(Resumed.class, ObservedSame.class, (x, s, e) -> new Staged()),
          // the commit, and forward from it
          row(Cleared.class, CheckpointIntact.class, (x, s, e) -> widened(x, 0)),
          row(Committed.class, PublishedEverywhere.class, (x, s, e) -> new Published()),
          row(Published.class, ConvergedEverywhere.class, (x, s, e) -> new Converged()),
          row(Converged.class, Validated.class, (x, s, e) -> new Baked()),
          row(Converged.class, BakeBegun.class, (x, s, e) -> new Soaking(e.untilMillis())),
          row(Soaking.class, Soaked.class, (x, s, e) -> new Baked()),
          row(Baked.class, Collected.class, (x, s, e) -> new Completed()),
          // a candidate, wider and wider, or withdrawn
          row(Widened.class, BakeBegun.class, (x, s, e) -> baking(s, e)),
          row(Widened.class, Refused.class, (x, s, e) -> withdrawing(s.stage(), e.reason())),
          row(Baking.class, Soaked.class, (x, s, e) -> widened(x, s.stage() + 1)),
          row(Baking.class, Refused.class, (x, s, e) -> withdrawing(s.stage(), e.reason())),
          row(Baking.class, Stopped.class, (x, s, e) -> withdrawing(s.stage(), e.reason())),
          row(Withdrawing.class, Withdrawn.class, (x, s, e) -> withdrawn(x, s)),
          row(Withdrawing.class, NotCompensated.class, (x, s, e) -> stranded(s.reason(), e)),
          // a rollback without members that a person leaves out
          row(Committed.class, MembersLeftOut.class, (x, s, e) -> without(x, e, new Published())),
          row(Published.class, MembersLeftOut.class, (x, s, e) -> without(x, e, new Converged())),
          row(Converged.class, MembersLeftOut.class, (x, s, e) -> without(x, e, new Baked())),
          row(Withdrawing.class, MembersLeftOut.class, (x, s, e) -> withdrawn(x, s)),
          // committed, and failed
          row(Committed.class, Refused.class, (x, s, e) -> failed(x, e)),
          row(Published.class, Refused.class, (x, s, e) -> failed(x, e)),
          row(Converged.class, Refused.class, (x, s, e) -> failed(x, e)),
          row(Soaking.class, Refused.class, (x, s, e) -> failed(x, e)),
          row(Undoing.class, Compensated.class, (x, s, e) -> new RolledBack(e.by(), s.reason())),
          row(Undoing.class, NotCompensated.class, (x, s, e) -> stranded(s.reason(), e)),
          // committed, and overtaken: the person who accepted that enforces its content again
          row(Widened.class, Superseded.class, (x, s, e) -> withdrawing(s.stage(), e.reason())),
          row(Baking.class, Superseded.class, (x, s, e) -> withdrawing(s.stage(), e.reason())),
          row(Withdrawing.class, Superseded.class, (x, s, e) -> new Failed(e.reason())),
          row(Committed.class, Superseded.class, (x, s, e) -> new Failed(e.reason())),
          row(Published.class, Superseded.class, (x, s, e) -> new Failed(e.reason())),
          row(Converged.class, Superseded.class, (x, s, e) -> new Failed(e.reason())),
          row(Soaking.class, Superseded.class, (x, s, e) -> new Failed(e.reason())),
          // not committed, and over
          row(Opened.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Checkpointed.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Staged.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Prepared.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Resumed.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Cleared.class, Stopped.class, (x, s, e) -> aborting(e)),
          row(Aborting.class, Discarded.class, (x, s, e) -> aborted(s, e)));

  /**
   * @throws IllegalTransitionException when no row says what follows
   */
  static ChangeState follow(ChangeExecution x, ChangeEvent event) {
    for (var row : ROWS) {
      if (row.matches(x.state(), event)) {
        return row.apply(x, event);
      }
    }
    throw new IllegalTransitionException(x.state(), event);
  }

  /** One legal move: from a state, on an event, to the next state. */
  record Row<S extends ChangeState, E extends ChangeEvent>(
      Class<S> from, Class<E> on, Follow<S, E> to) {
    boolean matches(ChangeState state, ChangeEvent event) {
      return from.isInstance(state) && on.isInstance(event);
    }

    ChangeState apply(ChangeExecution x, ChangeEvent event) {
      return to.state(x, from.cast(x.state()), on.cast(event));
    }
  }

  /** What follows. */
  @FunctionalInterface
  interface Follow<S extends ChangeState, E extends ChangeEvent> {
    ChangeState state(ChangeExecution x, S state, E event);
  }

  private static <S extends ChangeState, E extends ChangeEvent> Row<S, E> row(
      Class<S> from, Class<E> on, Follow<S, E> to) {
    return new Row<>(from, on, to);
  }

  private static ChangeState prepared(Voted e) {
    return new Prepared(e.votes(), e.count(), e.absent());
  }

  /** The cohort of a stage; past the last one it is everybody. */
  private static ChangeState widened(ChangeExecution x, int stage) {
    return stage < x.rollout().cohorts().size() ? new Widened(stage) : new Committed();
  }

  /** The machine adds the revision at which it was widened. */
  private static ChangeState baking(Widened s, BakeBegun e) {
    return new Baking(s.stage(), e.untilMillis(), 0);
  }

  private static ChangeState withdrawing(int stage, String reason) {
    return new Withdrawing(stage, reason);
  }

  private static ChangeState withdrawn(ChangeExecution x, Withdrawing s) {
    return new RolledBack(x.id(), s.reason());
  }

  /** A change that brings something new goes to everybody, or back. */
  private static ChangeState without(ChangeExecution x, MembersLeftOut e, ChangeState to) {
    if (!x.kind().back()) {
      throw new IllegalTransitionException(x.state(), e);
    }
    return to;
  }

  private static ChangeState rejected(Rejected e) {
    return new Aborting(AbortCause.REJECTED, "rejected by " + e.who());
  }

  private static ChangeState expired() {
    return new Aborting(AbortCause.EXPIRED, "it was not approved in time");
  }

  private static ChangeState aborting(Stopped e) {
    return new Aborting(e.cause(), e.reason());
  }

  private static ChangeState aborted(Aborting s, Discarded e) {
    return new Aborted(s.cause(), s.reason(), e.leftovers());
  }

  /** A failed rollback isn't undone in its turn: that would have no end. */
  private static ChangeState failed(ChangeExecution x, Refused e) {
    return x.kind().back() ? new Failed(e.reason()) : new Undoing(e.reason());
  }

  private static ChangeState stranded(String reason, NotCompensated e) {
    return new Failed(reason + "; and it could not be put back: " + e.reason());
  }
}
