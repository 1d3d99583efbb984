package dev.deployclaw.core.machine;

import java.util.List;
import java.util.Optional;

/** What happened to an execution: the outcome of an effect, or a person's word. */
public sealed interface Event {
  record CheckpointTaken(Checkpoint checkpoint) implements Event {}

  record StagedEverywhere() implements Event {}

  /**
   * @param votes SHA-256 of all votes
   * @param absent members that could not be asked (a rollback's only)
   */
  record Voted(String votes, int count, List<String> absent) implements Event {
    public Voted {
      absent = List.copyOf(absent);
    }
  }

  record GateOpened(String rule) implements Event {}

  /**
   * @param rule that holds it
   */
  record GateHeld(String rule, String why, long untilMillis, List<String> approval)
      implements Event {
    public GateHeld {
      approval = List.copyOf(approval);
    }
  }

  record Approved(Approval approval) implements Event {}

  record Rejected(String who) implements Event {}

  record Expired() implements Event {}

  /** While it was held, what it stands on moved. */
  record Outdated(String reason) implements Event {}

  /** After an approval: the participants still hold what the checkpoint says. */
  record ObservedSame() implements Event {}

  /** The checkpoint's object still hashes to its name: the last look before the commit. */
  record CheckpointIntact() implements Event {}

  record PublishedEverywhere() implements Event {}

  record ConvergedEverywhere() implements Event {}

  /** Every member that can goes back, and a person leaves the others out: a way back's only. */
  record MembersLeftOut(LeftOut leftOut) implements Event {}

  record Validated() implements Event {}

  /** Validation passed, and it is watched from now on. */
  record BakeBegun(long untilMillis) implements Event {}

  /** The watch is over, and its last look was a pass. */
  record Soaked() implements Event {}

  record Collected() implements Event {}

  /** Before the commit: it can't go on. */
  record Stopped(Cause cause, String reason) implements Event {}

  /** Somebody acts on it already: a participant refused it, or validation did, or nothing told. */
  record Refused(String reason) implements Event {}

  record Discarded(List<String> leftovers) implements Event {
    public Discarded {
      leftovers = List.copyOf(leftovers);
    }
  }

  /** A candidate is out of use, and what was staged of it is removed, but for what is left. */
  record Withdrawn(List<String> leftovers) implements Event {
    public Withdrawn {
      leftovers = List.copyOf(leftovers);
    }
  }

  /**
   * Its epoch's number was given out again while the state store was another one, so nobody can be
   * told to act on it.
   */
  record Superseded(String reason) implements Event {}

  /**
   * The compensating change {@code by} is completed.
   *
   * @param leftOut without which members
   */
  record Compensated(String by, Optional<LeftOut> leftOut) implements Event {}

  record NotCompensated(String reason) implements Event {}
}
