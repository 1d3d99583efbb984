package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.Event.Approved;
import dev.deployclaw.core.machine.Event.BakeBegun;
import dev.deployclaw.core.machine.Event.CheckpointIntact;
import dev.deployclaw.core.machine.Event.CheckpointTaken;
import dev.deployclaw.core.machine.Event.Collected;
import dev.deployclaw.core.machine.Event.Compensated;
import dev.deployclaw.core.machine.Event.ConvergedEverywhere;
import dev.deployclaw.core.machine.Event.Discarded;
import dev.deployclaw.core.machine.Event.Expired;
import dev.deployclaw.core.machine.Event.GateHeld;
import dev.deployclaw.core.machine.Event.GateOpened;
import dev.deployclaw.core.machine.Event.MembersLeftOut;
import dev.deployclaw.core.machine.Event.NotCompensated;
import dev.deployclaw.core.machine.Event.ObservedSame;
import dev.deployclaw.core.machine.Event.Outdated;
import dev.deployclaw.core.machine.Event.PublishedEverywhere;
import dev.deployclaw.core.machine.Event.Refused;
import dev.deployclaw.core.machine.Event.Rejected;
import dev.deployclaw.core.machine.Event.Soaked;
import dev.deployclaw.core.machine.Event.StagedEverywhere;
import dev.deployclaw.core.machine.Event.Stopped;
import dev.deployclaw.core.machine.Event.Superseded;
import dev.deployclaw.core.machine.Event.Validated;
import dev.deployclaw.core.machine.Event.Voted;
import dev.deployclaw.core.machine.Event.Withdrawn;
import dev.deployclaw.core.machine.State.Aborted;
import dev.deployclaw.core.machine.State.Aborting;
import dev.deployclaw.core.machine.State.Baked;
import dev.deployclaw.core.machine.State.Baking;
import dev.deployclaw.core.machine.State.Checkpointed;
import dev.deployclaw.core.machine.State.Cleared;
import dev.deployclaw.core.machine.State.Committed;
import dev.deployclaw.core.machine.State.Completed;
import dev.deployclaw.core.machine.State.Converged;
import dev.deployclaw.core.machine.State.Failed;
import dev.deployclaw.core.machine.State.Held;
import dev.deployclaw.core.machine.State.Opened;
import dev.deployclaw.core.machine.State.Prepared;
import dev.deployclaw.core.machine.State.Published;
import dev.deployclaw.core.machine.State.Resumed;
import dev.deployclaw.core.machine.State.RolledBack;
import dev.deployclaw.core.machine.State.Soaking;
import dev.deployclaw.core.machine.State.Staged;
import dev.deployclaw.core.machine.State.Undoing;
import dev.deployclaw.core.machine.State.Widened;
import dev.deployclaw.core.machine.State.Withdrawing;
import java.util.List;

/** Every legal move. What has no row here is illegal. */
final class MoveTable {
  private MoveTable() {}

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
          row(Held.class, Outdated.class, (x, s, e) -> new Aborting(Cause.STALE, e.reason())),
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
          // a way back without members that a person leaves out
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
          // committed, and overtaken: whoever accepted that puts its content in force anew
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
   * @throws IllegalMove when no row says what follows
   */
  static State follow(Execution x, Event event) {
    for (var row : ROWS) {
      if (row.matches(x.state(), event)) {
        return row.apply(x, event);
      }
    }
    throw new IllegalMove(x.state(), event);
  }

  /** One legal move: from a state, on an event, to the next state. */
  record Row<S extends State, E extends Event>(Class<S> from, Class<E> on, Follow<S, E> to) {
    boolean matches(State state, Event event) {
      return from.isInstance(state) && on.isInstance(event);
    }

    State apply(Execution x, Event event) {
      return to.state(x, from.cast(x.state()), on.cast(event));
    }
  }

  /** What follows. */
  @FunctionalInterface
  interface Follow<S extends State, E extends Event> {
    State state(Execution x, S state, E event);
  }

  private static <S extends State, E extends Event> Row<S, E> row(
      Class<S> from, Class<E> on, Follow<S, E> to) {
    return new Row<>(from, on, to);
  }

  private static State prepared(Voted e) {
    return new Prepared(e.votes(), e.count(), e.absent());
  }

  /** The cohort of a stage; past the last one it is everybody. */
  private static State widened(Execution x, int stage) {
    return stage < x.rollout().cohorts().size() ? new Widened(stage) : new Committed();
  }

  /** The machine adds the revision at which it was widened. */
  private static State baking(Widened s, BakeBegun e) {
    return new Baking(s.stage(), e.untilMillis(), 0);
  }

  private static State withdrawing(int stage, String reason) {
    return new Withdrawing(stage, reason);
  }

  private static State withdrawn(Execution x, Withdrawing s) {
    return new RolledBack(x.id(), s.reason());
  }

  /** A change that brings something new goes to everybody, or back. */
  private static State without(Execution x, MembersLeftOut e, State to) {
    if (!x.kind().back()) {
      throw new IllegalMove(x.state(), e);
    }
    return to;
  }

  private static State rejected(Rejected e) {
    return new Aborting(Cause.REJECTED, "rejected by " + e.who());
  }

  private static State expired() {
    return new Aborting(Cause.EXPIRED, "nobody approved it in time");
  }

  private static State aborting(Stopped e) {
    return new Aborting(e.cause(), e.reason());
  }

  private static State aborted(Aborting s, Discarded e) {
    return new Aborted(s.cause(), s.reason(), e.leftovers());
  }

  /** A failed way back isn't undone in its turn: that would have no end. */
  private static State failed(Execution x, Refused e) {
    return x.kind().back() ? new Failed(e.reason()) : new Undoing(e.reason());
  }

  private static State stranded(String reason, NotCompensated e) {
    return new Failed(reason + "; and it could not be put back: " + e.reason());
  }
}
