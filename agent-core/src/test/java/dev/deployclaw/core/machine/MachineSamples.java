package dev.deployclaw.core.machine;

import java.util.List;
import java.util.Optional;

/** One of each. */
public final class MachineSamples {
  private MachineSamples() {}

  static final Checkpoint CHECKPOINT = new Checkpoint("checkpoints/ab.json", "ab", "f1", true);
  public static final Approval APPROVAL = new Approval("ann", 7, "plan", "ab", 30);

  static final RollbackExclusions LEFT_OUT =
      new RollbackExclusions(List.of("gateway/two"), "olivia");

  static final List<ChangeState> STATES =
      List.of(
          new ChangeState.Opened(),
          new ChangeState.Checkpointed(),
          new ChangeState.Staged(),
          new ChangeState.Prepared("votes", 6, List.of("redis/x")),
          new ChangeState.Held("it removes acme", 1000, List.of("bank")),
          new ChangeState.Resumed(),
          new ChangeState.Cleared("auto"),
          new ChangeState.Widened(0),
          new ChangeState.Baking(0, 2000, 40),
          new ChangeState.Withdrawing(0, "bake: no data"),
          new ChangeState.Committed(),
          new ChangeState.Published(),
          new ChangeState.Converged(),
          new ChangeState.Soaking(3000),
          new ChangeState.Baked(),
          new ChangeState.Completed(),
          new ChangeState.Undoing("validation failed"),
          new ChangeState.RolledBack("x-undo-1", "validation failed"),
          new ChangeState.Failed("and again"),
          new ChangeState.Aborting(AbortCause.VOTED_DOWN, "no"),
          new ChangeState.Aborted(AbortCause.UNREACHABLE, "gone", List.of("redis/a: gone")));

  static final List<ChangeEvent> EVENTS =
      List.of(
          new ChangeEvent.CheckpointTaken(CHECKPOINT),
          new ChangeEvent.StagedEverywhere(),
          new ChangeEvent.Voted("votes", 6, List.of()),
          new ChangeEvent.GateOpened("auto"),
          new ChangeEvent.GateHeld("removes-tenant", "it removes acme", 1000, List.of("bank")),
          new ChangeEvent.Approved(APPROVAL),
          new ChangeEvent.Rejected("ann"),
          new ChangeEvent.Expired(),
          new ChangeEvent.Outdated("the base moved"),
          new ChangeEvent.ObservedSame(),
          new ChangeEvent.CheckpointIntact(),
          new ChangeEvent.PublishedEverywhere(),
          new ChangeEvent.ConvergedEverywhere(),
          new ChangeEvent.MembersLeftOut(LEFT_OUT),
          new ChangeEvent.Validated(),
          new ChangeEvent.BakeBegun(2000),
          new ChangeEvent.Soaked(),
          new ChangeEvent.Collected(),
          new ChangeEvent.Stopped(AbortCause.VOTED_DOWN, "no"),
          new ChangeEvent.Refused("refused"),
          new ChangeEvent.Discarded(List.of()),
          new ChangeEvent.Withdrawn(List.of()),
          new ChangeEvent.Superseded("overtaken"),
          new ChangeEvent.Compensated("x-undo-1", Optional.empty()),
          new ChangeEvent.NotCompensated("no"));

  /** A change that comes by two cohorts, the base of which was tried upon before. */
  static ChangeExecution canary(ChangeState state) {
    return execution(
        ChangeKind.FORWARD,
        new BaseEpoch(3, "d3", "w", 30, 2, 5),
        new RolloutPlan(List.of(500, 2_500), 600_000, Optional.of(15_000L)),
        state);
  }

  public static ChangeExecution execution(ChangeKind kind, ChangeState state) {
    return execution(kind, new BaseEpoch(3, "d3", "w", 30, 0, 0), RolloutPlan.AT_ONCE, state);
  }

  private static ChangeExecution execution(
      ChangeKind kind, BaseEpoch base, RolloutPlan rollout, ChangeState state) {
    return new ChangeExecution(
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
        Optional.of(new FollowedSkill("set-limit", "careful-limits", "f0")),
        Optional.of(CHECKPOINT),
        Optional.empty(),
        Optional.empty(),
        5,
        state);
  }
}
