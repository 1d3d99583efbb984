package dev.deployclaw.container.cli;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.SkillAllowance;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the runtime answers, made by hand. */
public final class AnswerFixtures {
  static final Intent APPLY =
      new Intent(
          TaskOperation.APPLY_POLICIES,
          Optional.empty(),
          List.of(),
          Intent.Guards.NONE,
          Intent.Schedule.NONE,
          List.of(new Intent.Grounding("apply-policies", 0, 5, "operation")));

  public static final PolicyFinding FINDING =
      new PolicyFinding(
          Severity.WARNING,
          CheckKind.SHADOWED,
          Optional.of("umbrella"),
          Optional.of("search"),
          "it never refuses anything",
          "remove it",
          new TreeMap<>());

  public static final Overlay OVERLAY =
      new Overlay(
          new Overlay.By(
              "arch-2026-11-23-rate-limit-001",
              "olivia",
              1_795_000_000_000L,
              "double acme's search limit",
              Optional.empty()),
          new TreeMap<>(Map.of("acme", "")));

  /** A skill that declares one operation more than it is granted. */
  public static final Procedure PROCEDURE =
      new Procedure(
          "my-changes",
          "00",
          List.of(),
          new SkillAllowance(
              true,
              List.of("change.stage"),
              new TreeMap<>(Map.of("docker.exec", "no executor here performs it"))));

  private AnswerFixtures() {}

  /** Umbrella's search limit goes from 300 to 600. */
  public static ChangePlan plan() {
    var before = set(300);
    var after = set(600);
    return new ChangePlan(
        APPLY,
        new ChangePlan.Ground(3, before.digest(), 41),
        after,
        after.digest(),
        List.of(
            new ChangePlan.Step(
                1, "apply", "Applying orchestrated policies", List.of("change.stage"))),
        PolicyDiff.between(before, after),
        List.of(FINDING),
        List.of("tenant acme keeps what is committed"),
        new ChangePlan.Overlaid(
            new TreeMap<>(Map.of("umbrella", "configmap/edge/limits:umbrella.yaml")),
            List.of(OVERLAY)),
        RolloutPlan.AT_ONCE);
  }

  public static ChangeExecution execution(ChangeState state) {
    return new ChangeExecution(
        "arch-2026-11-24-rate-limit-004",
        "arch-2026-11-24-rate-limit-004",
        ChangeKind.FORWARD,
        4,
        4,
        BaseEpoch.NOTHING,
        "ab",
        "cd",
        "olivia",
        Optional.empty(),
        RolloutPlan.AT_ONCE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        1,
        state);
  }

  private static PolicySet set(long requests) {
    var limit =
        Limit.tokenBucket("search", RequestMatch.service("search"), requests, Duration.ofMinutes(1))
            .admitting(requests, Duration.ofMinutes(1), 90);
    var tenant =
        new TenantPolicy(
            "umbrella",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailureMode.DENY,
            List.of(limit));
    return PolicySet.of(List.of(tenant), List.of(), "");
  }
}
