package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.Active.Candidate;
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
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change's life as a pure function. The law it serves: state and record in one transaction, then
 * act. So after a crash each effect is one of never started, finished or unknown, and every effect
 * can be repeated.
 *
 * <p>Three verbs: {@link #open} begins, {@link #next} says what to do now, {@link #on} turns what
 * happened into the next state and the transaction that records it. The legal moves are {@link
 * MoveTable}.
 */
public final class ExecutionMachine {
  private ExecutionMachine() {}

  /** Begins a change: nothing else is open, nothing is frozen, the base stands, a fresh epoch. */
  public static Transition open(Opening opening) {
    var x = opening.execution();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(new Condition.Absent(Keys.change(x.id())));
    conditions.add(x.base().unmoved());
    conditions.add(
        opening.epochRevision() == 0
            ? new Condition.Absent(Keys.EPOCH)
            : new Condition.Unmoved(Keys.EPOCH, opening.epochRevision()));
    conditions.add(free(x));
    thawed(x, conditions);
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Put(Keys.OPEN, text(x.id())));
    writes.add(new Write.Put(Keys.EPOCH, text(Long.toString(x.epoch()))));
    writes.add(new Write.Put(Keys.change(x.id()), x.bytes()));
    writes.addAll(opening.beside());
    return new Transition(x, conditions, writes, Notes.of(x), Decisions.opening(x));
  }

  /** What is to be done now. */
  public static Effect next(State state) {
    return switch (state) {
      case Opened _ -> Effect.TAKE_CHECKPOINT;
      case Checkpointed _ -> Effect.STAGE;
      case Staged _ -> Effect.PREPARE;
      case Prepared _ -> Effect.JUDGE_GATE;
      case Resumed _ -> Effect.OBSERVE_AGAIN;
      case Cleared _ -> Effect.VERIFY_CHECKPOINT;
      case Widened _ -> Effect.WIDEN;
      case Baking _, Soaking _ -> Effect.BAKE;
      case Withdrawing _ -> Effect.WITHDRAW;
      case Committed _ -> Effect.PUBLISH;
      case Published _ -> Effect.CONVERGE;
      case Converged _ -> Effect.VALIDATE;
      case Baked _ -> Effect.COLLECT;
      case Undoing _ -> Effect.COMPENSATE;
      case Aborting _ -> Effect.DISCARD;
      case Held _, Completed _, RolledBack _, Failed _, Aborted _ -> Effect.REST;
    };
  }

  /**
   * What follows from an event.
   *
   * @param term of the leader that writes
   * @throws IllegalMove when nothing follows: a bug
   */
  public static Transition on(Stored at, Event event, long term) {
    var before = at.execution();
    var to = since(MoveTable.follow(before, event), at.revision());
    var after = learn(before, event).moved(to).nextTurn();
    List<Condition> conditions = new ArrayList<>();
    List<Write> writes = new ArrayList<>();
    conditions.add(new Condition.Unmoved(Keys.change(before.id()), at.revision()));
    writes.add(new Write.Put(Keys.change(after.id()), after.bytes()));
    passOpen(before, after, conditions, writes);
    markCheckpoint(after, event, writes);
    decided(after, term)
        .ifPresent(active -> {
          conditions.add(unmoved(at));
          writes.add(new Write.Put(Keys.ACTIVE, active.bytes()));
        });
    prove(after, conditions, writes);
    if (after.state() instanceof Aborted) {
      writes.add(new Write.Delete(Keys.provenance(after.epoch())));
    }
    return new Transition(after, conditions, writes, Notes.of(after), Decisions.of(event, after));
  }

  /** What nobody acts on is presumed aborted by a start that finds it open; all else goes on. */
  public static boolean presumedAborted(State state) {
    return state.open() && !state.live() && !(state instanceof Aborting);
  }

  /** What was widened at a revision bakes since then. */
  private static State since(State to, long revision) {
    return to instanceof Baking b && b.revision() == 0
        ? new Baking(b.stage(), b.untilMillis(), revision)
        : to;
  }

  /** The facts that an event adds. */
  private static Execution learn(Execution x, Event event) {
    return switch (event) {
      case CheckpointTaken taken -> x.with(taken.checkpoint());
      case Approved approved -> x.with(approved.approval());
      case StagedEverywhere _, Voted _, GateOpened _, GateHeld _, Rejected _, Expired _ -> x;
      case Outdated _, ObservedSame _, CheckpointIntact _, PublishedEverywhere _ -> x;
      case ConvergedEverywhere _, Validated _, Collected _, Stopped _, Refused _ -> x;
      case MembersLeftOut without -> x.with(Optional.of(without.leftOut()));
      case Compensated done -> x.with(done.leftOut());
      case BakeBegun _, Soaked _, Withdrawn _, Superseded _ -> x;
      case Discarded _, NotCompensated _ -> x;
    };
  }

  /** Who holds {@code open} keeps, takes or gives it, in the transaction that moves the state. */
  private static void passOpen(
      Execution before, Execution after, List<Condition> conditions, List<Write> writes) {
    if (before.state().open()) {
      conditions.add(new Condition.Holds(Keys.OPEN, text(before.id())));
      if (!after.state().open()) {
        writes.add(release(after));
      }
    } else if (after.state().open()) {
      conditions.add(free(after));
      writes.add(new Write.Put(Keys.OPEN, text(after.id())));
    }
    if (after.state() instanceof Resumed) {
      conditions.add(after.base().unmoved());
      thawed(after, conditions);
    }
  }

  /** A compensation hands {@code open} back to the change that it undoes. */
  private static Write release(Execution x) {
    return x.kind() == Kind.COMPENSATION && x.undoes().isPresent()
        ? new Write.Put(Keys.OPEN, text(x.undoes().get()))
        : new Write.Delete(Keys.OPEN);
  }

  private static Condition free(Execution x) {
    return x.kind() == Kind.COMPENSATION && x.undoes().isPresent()
        ? new Condition.Holds(Keys.OPEN, text(x.undoes().get()))
        : new Condition.Absent(Keys.OPEN);
  }

  /** The kill switch stops what is new, never the way back. */
  private static void thawed(Execution x, List<Condition> conditions) {
    if (!x.kind().back()) {
      conditions.add(new Condition.Absent(Keys.FREEZE));
    }
  }

  private static void markCheckpoint(Execution after, Event event, List<Write> writes) {
    if (event instanceof CheckpointTaken taken) {
      writes.add(new Write.Put(Keys.checkpoint(after.epoch()), taken.checkpoint().marker(after)));
    }
  }

  /** The one decision: who is decided by what from now on; empty where that stays. */
  private static Optional<Active> decided(Execution after, long term) {
    return switch (after.state()) {
      case Widened w -> Optional.of(beside(after, term, Optional.of(candidate(after, w))));
      case Withdrawing _ -> Optional.of(beside(after, term, Optional.empty()));
      case Committed _ -> {
        long predecessor = after.base().epoch();
        yield Optional.of(new Active(after.epoch(), after.digest(), after.id(), term, predecessor));
      }
      case Opened _, Checkpointed _, Staged _, Prepared _, Held _, Resumed _, Cleared _ ->
          Optional.empty();
      case Baking _, Published _, Converged _, Soaking _, Baked _, Completed _ -> Optional.empty();
      case Undoing _, RolledBack _, Failed _, Aborting _, Aborted _ -> Optional.empty();
    };
  }

  /** What is committed stays, and a candidate comes, grows or goes. */
  private static Active beside(Execution x, long term, Optional<Candidate> candidate) {
    var base = x.base();
    return new Active(
        base.epoch(), base.digest(), base.change(), term, base.predecessor(), x.step(), candidate);
  }

  private static Candidate candidate(Execution x, Widened at) {
    return new Candidate(x.epoch(), x.digest(), x.id(), x.rollout().cohorts().get(at.stage()));
  }

  /**
   * Nobody gets anything new without a way back, nor while the kill switch is on. The first commit
   * also fixes what epoch 0 was: what its checkpoint observed.
   */
  private static void prove(Execution after, List<Condition> conditions, List<Write> writes) {
    boolean commits = after.state() instanceof Committed;
    if (!commits && !(after.state() instanceof Widened)) {
      return;
    }
    byte[] marker = after.checkpoint().orElseThrow().marker(after);
    conditions.add(new Condition.Holds(Keys.checkpoint(after.epoch()), marker));
    thawed(after, conditions);
    if (commits && after.base().epoch() == 0) {
      writes.add(new Write.Put(Keys.checkpoint(0), marker));
    }
  }

  /** That {@code active} says what this change stands on: the base, or its own last widening. */
  private static Condition unmoved(Stored at) {
    return switch (at.execution().state()) {
      case Widened _ -> new Condition.Unmoved(Keys.ACTIVE, at.revision());
      case Baking b -> new Condition.Unmoved(Keys.ACTIVE, b.revision());
      case Opened _, Checkpointed _, Staged _, Prepared _, Held _, Resumed _, Cleared _ ->
          at.execution().base().unmoved();
      case Withdrawing _, Committed _, Published _, Converged _, Soaking _, Baked _, Completed _ ->
          throw new IllegalStateException("decided already: " + at.execution().state());
      case Undoing _, RolledBack _, Failed _, Aborting _, Aborted _ ->
          throw new IllegalStateException("decided already: " + at.execution().state());
    };
  }

  private static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
