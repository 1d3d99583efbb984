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
import dev.deployclaw.core.machine.CommittedEpoch.Candidate;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change's life as a pure function. The law it serves: state and record in one transaction, then
 * act. So after a crash each effect is one of never started, finished or unknown, and every effect
 * can be repeated.
 *
 * <p>Three verbs: {@link #open} begins, {@link #next} says what to do now, {@link #on} turns what
 * happened into the next state and the transaction that records it. The legal moves are {@link
 * TransitionTable}.
 */
public final class ChangeStateMachine {
  private ChangeStateMachine() {}

  /** Begins a change: nothing else is open, nothing is frozen, the base stands, a fresh epoch. */
  public static Transition open(NewChange opening) {
    var x = opening.execution();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(new Condition.Absent(StoreKeys.change(x.id())));
    conditions.add(x.base().unmoved());
    conditions.add(
        opening.epochRevision() == 0
            ? new Condition.Absent(StoreKeys.EPOCH)
            : new Condition.Unmoved(StoreKeys.EPOCH, opening.epochRevision()));
    conditions.add(free(x));
    thawed(x, conditions);
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Put(StoreKeys.OPEN, text(x.id())));
    writes.add(new Write.Put(StoreKeys.EPOCH, text(Long.toString(x.epoch()))));
    writes.add(new Write.Put(StoreKeys.change(x.id()), x.bytes()));
    writes.addAll(opening.beside());
    return new Transition(
        x, conditions, writes, TransitionNotes.of(x), TransitionDecisions.opening(x), Map.of());
  }

  /** What is to be done now. */
  public static ChangeEffect next(ChangeState state) {
    return switch (state) {
      case Opened _ -> ChangeEffect.TAKE_CHECKPOINT;
      case Checkpointed _ -> ChangeEffect.STAGE;
      case Staged _ -> ChangeEffect.PREPARE;
      case Prepared _ -> ChangeEffect.JUDGE_GATE;
      case Resumed _ -> ChangeEffect.OBSERVE_AGAIN;
      case Cleared _ -> ChangeEffect.VERIFY_CHECKPOINT;
      case Widened _ -> ChangeEffect.WIDEN;
      case Baking _, Soaking _ -> ChangeEffect.BAKE;
      case Withdrawing _ -> ChangeEffect.WITHDRAW;
      case Committed _ -> ChangeEffect.PUBLISH;
      case Published _ -> ChangeEffect.CONVERGE;
      case Converged _ -> ChangeEffect.VALIDATE;
      case Baked _ -> ChangeEffect.COLLECT;
      case Undoing _ -> ChangeEffect.COMPENSATE;
      case Aborting _ -> ChangeEffect.DISCARD;
      case Held _, Completed _, RolledBack _, Failed _, Aborted _ -> ChangeEffect.REST;
    };
  }

  /**
   * What follows from an event.
   *
   * @param term of the leader that writes
   * @throws IllegalTransitionException when nothing follows: a bug
   */
  public static Transition on(StoredExecution at, ChangeEvent event, long term) {
    var before = at.execution();
    var to = since(TransitionTable.follow(before, event), at.revision());
    var after = learn(before, event).moved(to).nextTurn();
    List<Condition> conditions = new ArrayList<>();
    List<Write> writes = new ArrayList<>();
    conditions.add(new Condition.Unmoved(StoreKeys.change(before.id()), at.revision()));
    writes.add(new Write.Put(StoreKeys.change(after.id()), after.bytes()));
    passOpen(before, after, conditions, writes);
    markCheckpoint(after, event, writes);
    decided(after, term)
        .ifPresent(active -> {
          conditions.add(unmoved(at));
          writes.add(new Write.Put(StoreKeys.ACTIVE, active.bytes()));
        });
    prove(after, conditions, writes);
    if (after.state() instanceof Aborted) {
      writes.add(new Write.Delete(StoreKeys.provenance(after.epoch())));
    }
    return new Transition(
        after,
        conditions,
        writes,
        TransitionNotes.of(after),
        TransitionDecisions.of(event, after),
        Map.of());
  }

  /** What no member acts on is presumed aborted by a start that finds it open; all else goes on. */
  public static boolean presumedAborted(ChangeState state) {
    return state.open() && !state.live() && !(state instanceof Aborting);
  }

  /** What was widened at a revision bakes since then. */
  private static ChangeState since(ChangeState to, long revision) {
    return to instanceof Baking b && b.revision() == 0
        ? new Baking(b.stage(), b.untilMillis(), revision)
        : to;
  }

  /** The facts that an event adds. */
  private static ChangeExecution learn(ChangeExecution x, ChangeEvent event) {
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
      ChangeExecution before,
      ChangeExecution after,
      List<Condition> conditions,
      List<Write> writes) {
    if (before.state().open()) {
      conditions.add(new Condition.Holds(StoreKeys.OPEN, text(before.id())));
      if (!after.state().open()) {
        writes.add(release(after));
      }
    } else if (after.state().open()) {
      conditions.add(free(after));
      writes.add(new Write.Put(StoreKeys.OPEN, text(after.id())));
    }
    if (after.state() instanceof Resumed) {
      conditions.add(after.base().unmoved());
      thawed(after, conditions);
    }
  }

  /** A compensation hands {@code open} back to the change that it undoes. */
  private static Write release(ChangeExecution x) {
    return x.kind() == ChangeKind.COMPENSATION && x.undoes().isPresent()
        ? new Write.Put(StoreKeys.OPEN, text(x.undoes().get()))
        : new Write.Delete(StoreKeys.OPEN);
  }

  private static Condition free(ChangeExecution x) {
    return x.kind() == ChangeKind.COMPENSATION && x.undoes().isPresent()
        ? new Condition.Holds(StoreKeys.OPEN, text(x.undoes().get()))
        : new Condition.Absent(StoreKeys.OPEN);
  }

  /** The kill switch stops what is new, never the rollback. */
  private static void thawed(ChangeExecution x, List<Condition> conditions) {
    if (!x.kind().back()) {
      conditions.add(new Condition.Absent(StoreKeys.FREEZE));
    }
  }

  private static void markCheckpoint(ChangeExecution after, ChangeEvent event, List<Write> writes) {
    if (event instanceof CheckpointTaken taken) {
      writes.add(
          new Write.Put(StoreKeys.checkpoint(after.epoch()), taken.checkpoint().marker(after)));
    }
  }

  /** The one decision: who is decided by what from now on; empty where that stays. */
  private static Optional<CommittedEpoch> decided(ChangeExecution after, long term) {
    return switch (after.state()) {
      case Widened w -> Optional.of(beside(after, term, Optional.of(candidate(after, w))));
      case Withdrawing _ -> Optional.of(beside(after, term, Optional.empty()));
      case Committed _ -> {
        long predecessor = after.base().epoch();
        yield Optional.of(
            new CommittedEpoch(after.epoch(), after.digest(), after.id(), term, predecessor));
      }
      case Opened _, Checkpointed _, Staged _, Prepared _, Held _, Resumed _, Cleared _ ->
          Optional.empty();
      case Baking _, Published _, Converged _, Soaking _, Baked _, Completed _ -> Optional.empty();
      case Undoing _, RolledBack _, Failed _, Aborting _, Aborted _ -> Optional.empty();
    };
  }

  /** What is committed stays, and a candidate comes, grows or goes. */
  private static CommittedEpoch beside(
      ChangeExecution x, long term, Optional<Candidate> candidate) {
    var base = x.base();
    return new CommittedEpoch(
        base.epoch(), base.digest(), base.change(), term, base.predecessor(), x.step(), candidate);
  }

  private static Candidate candidate(ChangeExecution x, Widened at) {
    return new Candidate(x.epoch(), x.digest(), x.id(), x.rollout().cohorts().get(at.stage()));
  }

  /**
   * Nobody gets anything new without a way back, nor while the kill switch is on. The first commit
   * also fixes what epoch 0 was: what its checkpoint observed.
   */
  private static void prove(ChangeExecution after, List<Condition> conditions, List<Write> writes) {
    boolean commits = after.state() instanceof Committed;
    if (!commits && !(after.state() instanceof Widened)) {
      return;
    }
    byte[] marker = after.checkpoint().orElseThrow().marker(after);
    conditions.add(new Condition.Holds(StoreKeys.checkpoint(after.epoch()), marker));
    thawed(after, conditions);
    if (commits && after.base().epoch() == 0) {
      writes.add(new Write.Put(StoreKeys.checkpoint(0), marker));
    }
  }

  /** That {@code active} says what this change stands on: the base, or its own last widening. */
  private static Condition unmoved(StoredExecution at) {
    return switch (at.execution().state()) {
      case Widened _ -> new Condition.Unmoved(StoreKeys.ACTIVE, at.revision());
      case Baking b -> new Condition.Unmoved(StoreKeys.ACTIVE, b.revision());
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
