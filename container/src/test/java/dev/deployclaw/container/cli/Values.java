package dev.deployclaw.container.cli;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.plan.Allowance;
import dev.deployclaw.core.plan.Overlay;
import dev.deployclaw.core.plan.Plan;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Check;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.check.Severity;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the runtime answers, made by hand. */
final class Values {
  static final Intent APPLY =
      new Intent(
          Operation.APPLY_POLICIES,
          Optional.empty(),
          List.of(),
          Intent.Guards.NONE,
          Intent.Schedule.NONE,
          List.of(new Intent.Grounding("apply-policies", 0, 5, "operation")));

  static final Finding FINDING =
      new Finding(
          Severity.WARNING,
          Check.SHADOWED,
          Optional.of("umbrella"),
          Optional.of("search"),
          "it never refuses anything",
          "remove it",
          new TreeMap<>());

  static final Overlay OVERLAY =
      new Overlay(
          new Overlay.By(
              "arch-2026-11-23-rate-limit-001",
              "olivia",
              1_795_000_000_000L,
              "double acme's search limit"),
          new TreeMap<>(Map.of("acme", "")));

  /** A skill that declares one operation more than it is granted. */
  static final Procedure PROCEDURE =
      new Procedure(
          "my-changes",
          "00",
          List.of(),
          new Allowance(
              true,
              List.of("change.stage"),
              new TreeMap<>(Map.of("docker.exec", "nothing performs it here"))));

  private Values() {}

  /** Umbrella's search limit goes from 300 to 600. */
  static Plan plan() {
    var before = set(300);
    var after = set(600);
    return new Plan(
        APPLY,
        new Plan.Ground(3, before.digest(), 41),
        after,
        after.digest(),
        List.of(
            new Plan.Step(1, "apply", "Applying orchestrated policies", List.of("change.stage"))),
        PolicyDiff.between(before, after),
        List.of(FINDING),
        List.of("tenant acme keeps what is committed"),
        new Plan.Overlaid(
            new TreeMap<>(Map.of("umbrella", "configmap/edge/limits:umbrella.yaml")),
            List.of(OVERLAY)));
  }

  static Execution execution(State state) {
    return new Execution(
        "arch-2026-11-24-rate-limit-004",
        "arch-2026-11-24-rate-limit-004",
        Kind.FORWARD,
        4,
        4,
        Base.NOTHING,
        "ab",
        "cd",
        "olivia",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        1,
        state);
  }

  private static PolicySet set(long requests) {
    var limit =
        new Limit(
            "search",
            Match.service("search"),
            List.of(),
            Algorithm.TOKEN_BUCKET,
            requests,
            Duration.ofMinutes(1),
            90,
            1,
            Mode.ENFORCE,
            Optional.empty());
    var tenant =
        new TenantPolicy(
            "umbrella",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailure.DENY,
            List.of(limit));
    return PolicySet.of(List.of(tenant), List.of(), "");
  }
}
