package dev.deployclaw.core.machine;

import java.util.List;
import java.util.Optional;

/** One of each. */
final class Samples {
  private Samples() {}

  static final Checkpoint CHECKPOINT = new Checkpoint("checkpoints/ab.json", "ab", "f1", true);
  static final Approval APPROVAL = new Approval("ann", 7, "plan", "ab", 30);

  static final LeftOut LEFT_OUT = new LeftOut(List.of("gateway/two"), "olivia");

  static final List<State> STATES =
      List.of(
          new State.Opened(),
          new State.Checkpointed(),
          new State.Staged(),
          new State.Prepared("votes", 6, List.of("redis/x")),
          new State.Held("it removes acme", 1000, List.of("bank")),
          new State.Resumed(),
          new State.Cleared("auto"),
          new State.Widened(0),
          new State.Baking(0, 2000, 40),
          new State.Withdrawing(0, "bake: no data"),
          new State.Committed(),
          new State.Published(),
          new State.Converged(),
          new State.Soaking(3000),
          new State.Baked(),
          new State.Completed(),
          new State.Undoing("validation failed"),
          new State.RolledBack("x-undo-1", "validation failed"),
          new State.Failed("and again"),
          new State.Aborting(Cause.VOTED_DOWN, "no"),
          new State.Aborted(Cause.UNREACHABLE, "gone", List.of("redis/a: gone")));

  static final List<Event> EVENTS =
      List.of(
          new Event.CheckpointTaken(CHECKPOINT),
          new Event.StagedEverywhere(),
          new Event.Voted("votes", 6, List.of()),
          new Event.GateOpened("auto"),
          new Event.GateHeld("removes-tenant", "it removes acme", 1000, List.of("bank")),
          new Event.Approved(APPROVAL),
          new Event.Rejected("ann"),
          new Event.Expired(),
          new Event.Outdated("the base moved"),
          new Event.ObservedSame(),
          new Event.CheckpointIntact(),
          new Event.PublishedEverywhere(),
          new Event.ConvergedEverywhere(),
          new Event.MembersLeftOut(LEFT_OUT),
          new Event.Validated(),
          new Event.BakeBegun(2000),
          new Event.Soaked(),
          new Event.Collected(),
          new Event.Stopped(Cause.VOTED_DOWN, "no"),
          new Event.Refused("refused"),
          new Event.Discarded(List.of()),
          new Event.Withdrawn(List.of()),
          new Event.Superseded("overtaken"),
          new Event.Compensated("x-undo-1", Optional.empty()),
          new Event.NotCompensated("no"));

  /** A change that comes by two cohorts, the base of which was tried upon before. */
  static Execution canary(State state) {
    return execution(
        Kind.FORWARD,
        new Base(3, "d3", "w", 30, 2, 5),
        new Rollout(List.of(500, 2_500), 600_000, Optional.of(15_000L)),
        state);
  }

  static Execution execution(Kind kind, State state) {
    return execution(kind, new Base(3, "d3", "w", 30), Rollout.AT_ONCE, state);
  }

  private static Execution execution(Kind kind, Base base, Rollout rollout, State state) {
    return new Execution(
        "x",
        "x",
        kind,
        4,
        kind.back() ? 0 : 4,
        base,
        "d4",
        "plan",
        "olivia",
        kind.back() ? Optional.of("w") : Optional.empty(),
        rollout,
        Optional.of(new Followed("set-limit", "careful-limits", "f0")),
        Optional.of(CHECKPOINT),
        Optional.empty(),
        Optional.empty(),
        5,
        state);
  }
}
