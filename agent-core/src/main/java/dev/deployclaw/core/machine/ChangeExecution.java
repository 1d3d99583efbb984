package dev.deployclaw.core.machine;

import dev.deployclaw.core.store.UnreadableRecordException;
import java.util.Optional;

/**
 * The life of one change: what it is, on what it stands, and where it is. Stored as JSON under
 * {@code change/<id>}.
 *
 * @param id also the execution's id, but for a compensation, which has one of its own
 * @param log the execution in whose log its records stand
 * @param epoch allocated when it opened, never reused
 * @param content the epoch whose content it carries: its own, or for a rollback the predecessor's
 * @param digest of the policy set that it carries
 * @param undoes the execution that a rollback undoes
 * @param rollout how it reaches all tenants; a rollback does so at once
 * @param leftOut members without which it ends, by a person's word; empty where nobody is
 * @param followed the skill that its plan was made of; empty for a compensation, which follows
 *     none, and where an earlier version opened it
 * @param turn how many transitions were recorded, this one included
 */
public record ChangeExecution(
    String id,
    String log,
    ChangeKind kind,
    long epoch,
    long content,
    BaseEpoch base,
    String digest,
    String planHash,
    String requester,
    Optional<String> undoes,
    RolloutPlan rollout,
    Optional<FollowedSkill> followed,
    Optional<Checkpoint> checkpoint,
    Optional<Approval> approval,
    Optional<RollbackExclusions> leftOut,
    int turn,
    ChangeState state) {

  /** Whether it puts back what was found before the first change. */
  public boolean restores() {
    return kind.back() && content == 0;
  }

  /** Whether it is a way back, or a change that is being taken back. */
  public boolean goesBack() {
    return kind.back()
        || state instanceof ChangeState.Withdrawing
        || state instanceof ChangeState.Undoing;
  }

  /**
   * How often the cohort beside what is committed was moved, as {@code active} says while this is
   * on trial; 0 for an epoch of its own.
   */
  public long step() {
    return switch (state) {
      case ChangeState.Widened w -> base.step() + 1 + w.stage();
      case ChangeState.Baking b -> base.step() + 1 + b.stage();
      case ChangeState.Withdrawing w -> base.step() + 2 + w.stage();
      case ChangeState.BeforeCommit _,
          ChangeState.AfterCommit _,
          ChangeState.Aborting _,
          ChangeState.Aborted _ ->
          0;
    };
  }

  /** The share of those that are decided by it as a candidate; empty where nobody is. */
  public Optional<Integer> cohort() {
    return stage().map(rollout.cohorts()::get);
  }

  private Optional<Integer> stage() {
    if (state instanceof ChangeState.Widened w) {
      return Optional.of(w.stage());
    }
    return state instanceof ChangeState.Baking b ? Optional.of(b.stage()) : Optional.empty();
  }

  public byte[] bytes() {
    return ExecutionCodec.write(this);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static ChangeExecution read(byte[] bytes) {
    return ExecutionCodec.read(bytes);
  }

  ChangeExecution moved(ChangeState to) {
    return copy(checkpoint, approval, leftOut, to);
  }

  ChangeExecution with(Checkpoint taken) {
    return copy(Optional.of(taken), approval, leftOut, state);
  }

  public ChangeExecution with(Approval given) {
    return copy(checkpoint, Optional.of(given), leftOut, state);
  }

  ChangeExecution with(Optional<RollbackExclusions> members) {
    return copy(checkpoint, approval, members, state);
  }

  ChangeExecution nextTurn() {
    return new ChangeExecution(
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

  private ChangeExecution copy(
      Optional<Checkpoint> taken,
      Optional<Approval> given,
      Optional<RollbackExclusions> without,
      ChangeState to) {
    return new ChangeExecution(
        id, log, kind, epoch, content, base, digest, planHash, requester, undoes, rollout, followed,
        taken, given, without, turn, to);
  }
}
