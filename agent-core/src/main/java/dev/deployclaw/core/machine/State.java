package dev.deployclaw.core.machine;

import java.util.List;

/**
 * Where an execution stands. Which event leads from one to the next is the table of {@link
 * ExecutionMachine}.
 */
public sealed interface State {

  /** Its epoch is allocated, and it holds {@code open}. Nothing else was written. */
  record Opened() implements State {}

  /** What stands was observed, and lies in the object store under its hash. */
  record Checkpointed() implements State {}

  /** The epoch is written everywhere where nobody acts on it. */
  record Staged() implements State {}

  /**
   * Every required participant voted for the digest.
   *
   * @param votes SHA-256 of all votes
   * @param absent members that a rollback goes on without
   */
  record Prepared(String votes, int count, List<String> absent) implements State {
    public Prepared {
      absent = List.copyOf(absent);
    }
  }

  /**
   * Waits for a person, without holding {@code open}. What is staged stays until then.
   *
   * @param untilMillis when it expires, in milliseconds since 1970
   */
  record Held(String why, long untilMillis) implements State {}

  /** Approved: holds {@code open} again, and is observed and voted on again. */
  record Resumed() implements State {}

  /**
   * The gate let it pass.
   *
   * @param rule that decided
   */
  record Cleared(String rule) implements State {}

  /** {@code active} names it. From here it only rolls forward. */
  record Committed() implements State {}

  /** Every participant took it. */
  record Published() implements State {}

  /** Every enforcement point says that it acts on it. */
  record Converged() implements State {}

  /** Validation passed: it may be a rollback's target. */
  record Baked() implements State {}

  /** Over: live everywhere, and older epochs are collected. */
  record Completed() implements State {}

  /** Committed, but failed: a compensating change is under way or due. */
  record Undoing(String reason) implements State {}

  /** Over: another change, {@code by}, put back what stood before. */
  record RolledBack(String by, String reason) implements State {}

  /** Over: committed and failed, and not put back. */
  record Failed(String reason) implements State {}

  /** Won't be committed; what was staged is being removed. */
  record Aborting(Cause cause, String reason) implements State {}

  /**
   * Over: never committed.
   *
   * @param leftovers what could not be removed, by member
   */
  record Aborted(Cause cause, String reason, List<String> leftovers) implements State {
    public Aborted {
      leftovers = List.copyOf(leftovers);
    }
  }

  /** Whether nothing can follow. */
  default boolean over() {
    return switch (this) {
      case Completed _, RolledBack _, Failed _, Aborted _ -> true;
      case Opened _, Checkpointed _, Staged _, Prepared _, Held _, Resumed _, Cleared _ -> false;
      case Committed _, Published _, Converged _, Baked _, Undoing _, Aborting _ -> false;
    };
  }

  /** Whether the commit happened, so that there is no way but forward. */
  default boolean committed() {
    return switch (this) {
      case Committed _, Published _, Converged _, Baked _, Completed _ -> true;
      case Undoing _, RolledBack _, Failed _ -> true;
      case Opened _, Checkpointed _, Staged _, Prepared _, Held _, Resumed _, Cleared _ -> false;
      case Aborting _, Aborted _ -> false;
    };
  }

  /** Whether it holds {@code open}. */
  default boolean open() {
    return !over() && !(this instanceof Held);
  }
}
