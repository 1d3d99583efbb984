package dev.deployclaw.core.machine;

import java.util.List;
import java.util.Optional;

/** What happened to an execution: the outcome of an effect, or a person's word. */
public sealed interface ChangeEvent {
  record CheckpointTaken(Checkpoint checkpoint) implements ChangeEvent {}

  record StagedEverywhere() implements ChangeEvent {}

  /**
   * @param votes SHA-256 of all votes
   * @param absent members that could not be asked (a rollback's only)
   */
  record Voted(String votes, int count, List<String> absent) implements ChangeEvent {
    public Voted {
      absent = List.copyOf(absent);
    }
  }

  record GateOpened(String rule) implements ChangeEvent {}

  /**
   * @param rule that holds it
   */
  record GateHeld(String rule, String why, long untilMillis, List<String> approval)
      implements ChangeEvent {
    public GateHeld {
      approval = List.copyOf(approval);
    }
  }

  record Approved(Approval approval) implements ChangeEvent {}

  record Rejected(String who) implements ChangeEvent {}

  record Expired() implements ChangeEvent {}

  /** While it was held, what it stands on moved. */
  record Outdated(String reason) implements ChangeEvent {}

  /** After an approval: the participants still hold what the checkpoint says. */
  record ObservedSame() implements ChangeEvent {}

  /** The checkpoint's object still hashes to its name: the last look before the commit. */
  record CheckpointIntact() implements ChangeEvent {}

  record PublishedEverywhere() implements ChangeEvent {}

  record ConvergedEverywhere() implements ChangeEvent {}

  /** Every member that can goes back, and a person leaves the others out: a rollback's only. */
  record MembersLeftOut(RollbackExclusions leftOut) implements ChangeEvent {}

  record Validated() implements ChangeEvent {}

  /** Validation passed, and it is watched from now on. */
  record BakeBegun(long untilMillis) implements ChangeEvent {}

  /** The watch is over, and its last look was a pass. */
  record Soaked() implements ChangeEvent {}

  record Collected() implements ChangeEvent {}

  /** Before the commit: it can't go on. */
  record Stopped(AbortCause cause, String reason) implements ChangeEvent {}

  /** Somebody acts on it already: a participant refused it, or validation did, or nothing told. */
  record Refused(String reason) implements ChangeEvent {}

  record Discarded(List<String> leftovers) implements ChangeEvent {
    public Discarded {
      leftovers = List.copyOf(leftovers);
    }
  }

  /** A candidate is out of use, and what was staged of it is removed, but for what is left. */
  record Withdrawn(List<String> leftovers) implements ChangeEvent {
    public Withdrawn {
      leftovers = List.copyOf(leftovers);
    }
  }

  /**
   * Its epoch's number was given out again while the state store was another one, so nobody can be
   * told to act on it.
   */
  record Superseded(String reason) implements ChangeEvent {}

  /**
   * The compensating change {@code by} is completed.
   *
   * @param leftOut without which members
   */
  record Compensated(String by, Optional<RollbackExclusions> leftOut) implements ChangeEvent {}

  record NotCompensated(String reason) implements ChangeEvent {}
}
