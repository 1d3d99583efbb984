package dev.deployclaw.core.machine;

import java.util.List;

/**
 * Where an execution stands. Which event leads from one to the next is the table of {@link
 * ChangeStateMachine}.
 */
public sealed interface ChangeState {
  /** Nothing is committed, and no member acts on it. */
  sealed interface BeforeCommit {}

  /** A cohort alone is decided by it, or may still be. */
  sealed interface OnTrial {}

  /** {@code active} named it, so that there was no way but forward. */
  sealed interface AfterCommit {}

  /** Its epoch is allocated, and it holds {@code open}. Nothing else was written. */
  record Opened() implements ChangeState, BeforeCommit {}

  /** The present state was observed, and lies in the object store under its hash. */
  record Checkpointed() implements ChangeState, BeforeCommit {}

  /** The epoch is written everywhere where no member acts on it. */
  record Staged() implements ChangeState, BeforeCommit {}

  /**
   * Every required participant voted for the digest.
   *
   * @param votes SHA-256 of all votes
   * @param absent members that a rollback goes on without
   */
  record Prepared(String votes, int count, List<String> absent)
      implements ChangeState, BeforeCommit {
    public Prepared {
      absent = List.copyOf(absent);
    }
  }

  /**
   * Waits for a person, without holding {@code open}. What is staged stays until then.
   *
   * @param untilMillis when it expires, in milliseconds since 1970
   * @param approval rules of the gate that say who may approve it, by name
   */
  record Held(String why, long untilMillis, List<String> approval)
      implements ChangeState, BeforeCommit {
    public Held {
      approval = List.copyOf(approval);
    }
  }

  /** Approved: holds {@code open} again, and is observed and voted on again. */
  record Resumed() implements ChangeState, BeforeCommit {}

  /**
   * The gate let it pass.
   *
   * @param rule that decided
   */
  record Cleared(String rule) implements ChangeState, BeforeCommit {}

  /**
   * {@code active} names it as the candidate beside what is committed: a cohort is decided by it.
   *
   * @param stage of its rollout, from 0
   */
  record Widened(int stage) implements ChangeState, OnTrial {}

  /**
   * Proven for its cohort and for all others, and watched.
   *
   * @param untilMillis when that is over, in milliseconds since 1970: a restart goes on with the
   *     rest
   * @param revision of {@code active} since it names this cohort
   */
  record Baking(int stage, long untilMillis, long revision) implements ChangeState, OnTrial {}

  /**
   * {@code active} no longer names it, since it failed in its cohort, or nothing could be told;
   * what is committed is being published again.
   *
   * @param stage how far it came
   */
  record Withdrawing(int stage, String reason) implements ChangeState, OnTrial {}

  /** {@code active} names it. From here it only rolls forward. */
  record Committed() implements ChangeState, AfterCommit {}

  /** Every participant took it. */
  record Published() implements ChangeState, AfterCommit {}

  /** Every enforcement point says that it acts on it. */
  record Converged() implements ChangeState, AfterCommit {}

  /** Proven for everybody, and watched until then, in milliseconds since 1970. */
  record Soaking(long untilMillis) implements ChangeState, AfterCommit {}

  /** Validation passed: it may be a rollback's target. */
  record Baked() implements ChangeState, AfterCommit {}

  /** Over: live everywhere, and older epochs are collected. */
  record Completed() implements ChangeState, AfterCommit {}

  /** Committed, but failed: a compensating change is under way or due. */
  record Undoing(String reason) implements ChangeState, AfterCommit {}

  /** Over: another change, or itself as a candidate, {@code by}, put back what stood before. */
  record RolledBack(String by, String reason) implements ChangeState, AfterCommit {}

  /** Over: committed and failed, and not put back. */
  record Failed(String reason) implements ChangeState, AfterCommit {}

  /** Won't be committed; what was staged is being removed. */
  record Aborting(AbortCause cause, String reason) implements ChangeState {}

  /**
   * Over: never committed.
   *
   * @param leftovers what could not be removed, by member
   */
  record Aborted(AbortCause cause, String reason, List<String> leftovers) implements ChangeState {
    public Aborted {
      leftovers = List.copyOf(leftovers);
    }
  }

  /** Its word in the log, in answers and for people: part of the published formats. */
  default String word() {
    return switch (this) {
      case Opened _ -> "opened";
      case Checkpointed _ -> "checkpointed";
      case Staged _ -> "staged";
      case Prepared _ -> "prepared";
      case Held _ -> "held";
      case Resumed _ -> "resumed";
      case Cleared _ -> "cleared";
      case Widened _ -> "widened";
      case Baking _ -> "baking";
      case Withdrawing _ -> "withdrawing";
      case Committed _ -> "committed";
      case Published _ -> "published";
      case Converged _ -> "converged";
      case Soaking _ -> "soaking";
      case Baked _ -> "baked";
      case Completed _ -> "completed";
      case Undoing _ -> "undoing";
      case RolledBack _ -> "rolledback";
      case Failed _ -> "failed";
      case Aborting _ -> "aborting";
      case Aborted _ -> "aborted";
    };
  }

  /** Whether nothing can follow. */
  default boolean over() {
    return switch (this) {
      case Completed _, RolledBack _, Failed _, Aborted _ -> true;
      case BeforeCommit _, OnTrial _, AfterCommit _, Aborting _ -> false;
    };
  }

  default boolean committed() {
    return this instanceof AfterCommit;
  }

  default boolean onTrial() {
    return this instanceof OnTrial;
  }

  /** Whether a member may act on it: an agent that finds it goes on from there. */
  default boolean live() {
    return committed() || onTrial();
  }

  /** Whether it was proven, so that a rollback to it is possible. */
  default boolean proven() {
    return this instanceof Completed || this instanceof Baked;
  }

  /** Whether it holds {@code open}. */
  default boolean open() {
    return !over() && !(this instanceof Held);
  }
}
