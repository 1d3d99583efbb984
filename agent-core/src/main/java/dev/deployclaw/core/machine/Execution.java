package dev.deployclaw.core.machine;

import java.util.Optional;

/**
 * The life of one change: what it is, on what it stands, and where it is. Stored as JSON under
 * {@code change/<id>}.
 *
 * @param id also the execution's id, but for a compensation, which has one of its own
 * @param log the execution in whose log its records stand
 * @param epoch allocated when it opened, never reused
 * @param content the epoch whose content it carries: its own, or for a way back the predecessor's
 * @param digest of the policy set that it carries
 * @param undoes the execution that a way back undoes
 * @param rollout how it comes to everybody; a way back comes at once
 * @param leftOut members without which it ends, by a person's word; empty where nobody is
 * @param followed the skill that its plan was made of; empty for a compensation, which follows
 *     none, and where an earlier version opened it
 * @param turn how many transitions were recorded, this one included
 */
public record Execution(
    String id,
    String log,
    Kind kind,
    long epoch,
    long content,
    Base base,
    String digest,
    String planHash,
    String requester,
    Optional<String> undoes,
    Rollout rollout,
    Optional<Followed> followed,
    Optional<Checkpoint> checkpoint,
    Optional<Approval> approval,
    Optional<LeftOut> leftOut,
    int turn,
    State state) {

  /** One that comes to everybody at once. */
  public Execution(
      String id,
      String log,
      Kind kind,
      long epoch,
      long content,
      Base base,
      String digest,
      String planHash,
      String requester,
      Optional<String> undoes,
      Optional<Checkpoint> checkpoint,
      Optional<Approval> approval,
      int turn,
      State state) {
    this(
        id,
        log,
        kind,
        epoch,
        content,
        base,
        digest,
        planHash,
        requester,
        undoes,
        Rollout.AT_ONCE,
        Optional.empty(),
        checkpoint,
        approval,
        Optional.empty(),
        turn,
        state);
  }

  /** Whether it puts back what was found before the first change. */
  public boolean restores() {
    return kind.back() && content == 0;
  }

  /**
   * How often the cohort beside what is committed was moved, as {@code active} says while this is
   * on trial; 0 for an epoch of its own.
   */
  public long step() {
    return switch (state) {
      case State.Widened w -> base.step() + 1 + w.stage();
      case State.Baking b -> base.step() + 1 + b.stage();
      case State.Withdrawing w -> base.step() + 2 + w.stage();
      case State.Opened _, State.Checkpointed _, State.Staged _, State.Prepared _, State.Held _ ->
          0;
      case State.Resumed _, State.Cleared _, State.Committed _, State.Published _ -> 0;
      case State.Converged _, State.Soaking _, State.Baked _, State.Completed _ -> 0;
      case State.Undoing _, State.RolledBack _, State.Failed _ -> 0;
      case State.Aborting _, State.Aborted _ -> 0;
    };
  }

  /** The share of those that are decided by it as a candidate; empty where nobody is. */
  public Optional<Integer> cohort() {
    return stage().map(rollout.cohorts()::get);
  }

  private Optional<Integer> stage() {
    if (state instanceof State.Widened w) {
      return Optional.of(w.stage());
    }
    return state instanceof State.Baking b ? Optional.of(b.stage()) : Optional.empty();
  }

  public byte[] bytes() {
    return ExecutionCodec.write(this);
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static Execution read(byte[] bytes) {
    return ExecutionCodec.read(bytes);
  }

  Execution moved(State to) {
    return copy(checkpoint, approval, leftOut, to);
  }

  Execution with(Checkpoint taken) {
    return copy(Optional.of(taken), approval, leftOut, state);
  }

  Execution with(Approval given) {
    return copy(checkpoint, Optional.of(given), leftOut, state);
  }

  Execution with(Optional<LeftOut> members) {
    return copy(checkpoint, approval, members, state);
  }

  Execution nextTurn() {
    return new Execution(
        id,
        log,
        kind,
        epoch,
        content,
        base,
        digest,
        planHash,
        requester,
        undoes,
        rollout,
        followed,
        checkpoint,
        approval,
        leftOut,
        turn + 1,
        state);
  }

  private Execution copy(
      Optional<Checkpoint> taken, Optional<Approval> given, Optional<LeftOut> without, State to) {
    return new Execution(
        id, log, kind, epoch, content, base, digest, planHash, requester, undoes, rollout, followed,
        taken, given, without, turn, to);
  }
}
