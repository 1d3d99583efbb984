package dev.deployclaw.core.compile;

import static dev.deployclaw.core.compile.CompilerFixtures.change;
import static dev.deployclaw.core.compile.CompilerFixtures.compile;
import static dev.deployclaw.core.compile.CompilerFixtures.limit;
import static dev.deployclaw.core.compile.CompilerFixtures.settings;
import static dev.deployclaw.core.compile.CompilerFixtures.sources;
import static dev.deployclaw.core.compile.CompilerFixtures.tenant;
import static dev.deployclaw.core.compile.CompilerFixtures.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tenants whose documents are wrong: refused where they are named, else left out. */
class InvalidTenantTest {
  private final TenantPolicy acme = tenant("acme", limit("orders", "orders", 600, 60));
  private final TenantPolicy zenith = tenant("zenith", limit("orders", "orders", 60, 60));
  private final PolicySet committed = PolicySet.of(List.of(acme, zenith), List.of(), "");
  private final CollectedPolicies acmeIsBroken =
      sources(Map.of("zenith", zenith), List.of("acme"), List.of());

  @Test
  void whoIsMeantButNotNamedIsLeftOut() {
    var everybody = new Who(List.of(), new TreeMap<>(), true, List.of());

    var compiled = compile(committed, acmeIsBroken, TaskOperation.SET_LIMIT, set(everybody));

    var ready = (CompilationResult.Ready) compiled;
    assertThat(ready.target().tenant("acme")).contains(acme);
    assertThat(ready.target().tenant("zenith").orElseThrow().limits().getFirst().requests())
        .isEqualTo(5);
    assertThat(ready.warnings())
        .containsExactly(
            "tenant acme keeps its committed policy: acme.yaml:3:1: not YAML (mend it)");
  }

  @Test
  void whereNobodyElseIsMeantNothingIsDone() {
    var butZenith = new Who(List.of(), new TreeMap<>(), true, List.of("zenith"));

    var compiled = compile(committed, acmeIsBroken, TaskOperation.SET_LIMIT, set(butZenith));

    assertThat(compiled)
        .isEqualTo(
            new CompilationResult.Invalid(
                "the policy of acme is invalid: acme.yaml:3:1: not YAML (mend it)"));
  }

  @Test
  void whoIsCopiedFromIsNamed() {
    var copy =
        new RequestedChange(
            who("zenith"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.empty(),
            Optional.of("acme"));

    assertThat(compile(committed, acmeIsBroken, TaskOperation.COPY_POLICY, copy))
        .isInstanceOf(CompilationResult.Invalid.class);
  }

  @Test
  void aTenantHearsOnlyOfItsOwnDocument() {
    var ac = tenant("ac", limit("orders", "orders", 60, 60));
    var set = PolicySet.of(List.of(ac, acme), List.of(), "");
    var both = sources(Map.of(), List.of("ac", "acme"), List.of());

    var compiled =
        compile(set, both, TaskOperation.SET_LIMIT, change("acme", "orders", settings(5, 60)));

    assertThat(((CompilationResult.Invalid) compiled).reason())
        .contains("acme.yaml")
        .doesNotContain("ac.y");
  }

  @Test
  void theSourcesMustDefineWhoIsNamedForThem() {
    var whole = change("acme", Optional.empty(), Settings.NONE);
    var none = sources(Map.of("zenith", zenith), List.of(), List.of());
    var unread = sources(Map.of("zenith", zenith), List.of(), List.of("policies"));

    assertThat(compile(committed, none, TaskOperation.APPLY_POLICIES, whole))
        .isEqualTo(
            new CompilationResult.Refused("no source defines acme, so there is nothing to apply"));
    assertThat(compile(committed, unread, TaskOperation.APPLY_POLICIES, whole))
        .isEqualTo(new CompilationResult.Unread("the source of acme can't be read: policies"));
  }

  private static RequestedChange set(Who who) {
    return new RequestedChange(
        who,
        Optional.of("orders"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        settings(5, 60),
        Optional.empty(),
        Optional.empty());
  }
}
