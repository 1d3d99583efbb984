package dev.deployclaw.core.compile;

import static dev.deployclaw.core.compile.CompilerFixtures.NO_SOURCES;
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
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IntentCompilerTest {
  private final TenantPolicy acme =
      tenant("acme", limit("orders", "orders", 600, 60), limit("search", "search", 50, 1));
  private final TenantPolicy zenith = tenant("zenith", limit("orders", "orders", 60, 60));
  private final PolicySet committed = PolicySet.of(List.of(acme, zenith), List.of(), "");

  @Test
  void changesTheLimitWhoseMatchEqualsAndKeepsWhatIsNotSet() {
    var target = ready(TaskOperation.SET_LIMIT, change("acme", "orders", settings(1200L, 60L)));

    var limit = target.tenant("acme").orElseThrow().limits().getFirst();
    assertThat(limit.requests()).isEqualTo(1200);
    assertThat(limit.burst()).isEqualTo(600);
    assertThat(limit.name()).isEqualTo("orders");
    assertThat(target.tenant("zenith")).contains(zenith);
  }

  @ParameterizedTest
  @EnumSource
  void keepsALeaseUnlessTheLimitBecomesOneOfConcurrency(LimitAlgorithm algorithm) {
    var lease = LimitPrecision.leased(Duration.ofMillis(50));
    var leased = tenant("acme", limit("search", "search", 50, 1).in(lease));
    var set = PolicySet.of(List.of(leased), List.of(), "");

    var compiled =
        compile(set, NO_SOURCES, TaskOperation.SET_LIMIT, change("acme", "search", in(algorithm)));

    var target = ((CompilationResult.Ready) compiled).target();
    assertThat(target.tenant("acme").orElseThrow().limits().getLast().precision())
        .isEqualTo(algorithm == LimitAlgorithm.CONCURRENCY ? LimitPrecision.EXACT : lease);
  }

  @Test
  void addsALimitWhereNoneMatches() {
    var target = ready(TaskOperation.SET_LIMIT, change("acme", "payments", settings(40L, 1L)));

    var limit = target.tenant("acme").orElseThrow().limits().getLast();
    assertThat(limit.name()).isEqualTo("payments");
    assertThat(limit.algorithm()).isEqualTo(LimitAlgorithm.TOKEN_BUCKET);
    assertThat(limit.burst()).isEqualTo(40);
    assertThat(limit.match()).isEqualTo(RequestMatch.service("payments"));
  }

  @Test
  void takesTheOneOfTheSameWindowWhereSeveralMatch() {
    var both =
        tenant("acme", limit("minute", "orders", 600, 60), limit("hour", "orders", 9000, 3600));
    var set = PolicySet.of(List.of(both), List.of(), "");

    var target =
        ready(set, TaskOperation.SET_LIMIT, change("acme", "orders", settings(8000L, 3600L)));

    assertThat(target.tenant("acme").orElseThrow().limits().getLast().requests()).isEqualTo(8000);
    assertThat(target.tenant("acme").orElseThrow().limits().getFirst().requests()).isEqualTo(600);
  }

  @Test
  void asksWhichOfSeveralIsMeant() {
    var both =
        tenant("acme", limit("minute", "orders", 600, 60), limit("hour", "orders", 9000, 3600));
    var set = PolicySet.of(List.of(both), List.of(), "");

    var compiled =
        compile(
            set, NO_SOURCES, TaskOperation.SET_LIMIT, change("acme", "orders", settings(5L, 1L)));

    assertThat(compiled).isInstanceOf(CompilationResult.Unclear.class);
    assertThat(((CompilationResult.Unclear) compiled).questions().getFirst())
        .contains("minute (1m), hour (1h)");
  }

  @Test
  void asksForTheWindowOfANewLimit() {
    var compiled =
        compile(
            committed,
            NO_SOURCES,
            TaskOperation.SET_LIMIT,
            change(
                "acme",
                "payments",
                new Settings(
                    Optional.of(5L),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));

    assertThat(compiled).isInstanceOf(CompilationResult.Unclear.class);
  }

  @Test
  void asksForATenantThatIsNotThere() {
    var compiled =
        compile(
            committed,
            NO_SOURCES,
            TaskOperation.SET_LIMIT,
            change("nobody", "orders", settings(5L, 1L)));

    assertThat(compiled).isInstanceOf(CompilationResult.Unclear.class);
  }

  @Test
  void scalesRateAndBurst() {
    var change =
        new RequestedChange(
            who("acme"),
            Optional.of("orders"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.of(new BigDecimal("1.5")),
            Optional.empty());

    var target = ready(TaskOperation.SCALE_LIMIT, change);

    var limits = target.tenant("acme").orElseThrow().limits();
    assertThat(limits.getFirst().requests()).isEqualTo(900);
    assertThat(limits.getFirst().burst()).isEqualTo(900);
    assertThat(limits.getLast()).isEqualTo(acme.limits().getLast());
  }

  @Test
  void setsTheModeOfEveryLimitThatIsMeant() {
    var shadow =
        new Settings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(EnforcementMode.SHADOW),
            Optional.empty(),
            Optional.empty());
    var change =
        new RequestedChange(
            who("acme"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            shadow,
            Optional.empty(),
            Optional.empty());

    var target = ready(TaskOperation.SET_MODE, change);

    assertThat(target.tenant("acme").orElseThrow().limits())
        .allMatch(l -> l.mode() == EnforcementMode.SHADOW);
  }

  @Test
  void blocksAndUnblocksAsAWhole() {
    var blocked = ready(TaskOperation.BLOCK, change("acme", Optional.empty(), Settings.NONE));
    var partly =
        compile(
            committed, NO_SOURCES, TaskOperation.BLOCK, change("acme", "orders", Settings.NONE));

    assertThat(blocked.tenant("acme").orElseThrow().blocked()).isTrue();
    assertThat(blocked.tenant("acme").orElseThrow().limits()).isEqualTo(acme.limits());
    assertThat(partly).isInstanceOf(CompilationResult.Refused.class);
  }

  @Test
  void removesOneLimit() {
    var target = ready(TaskOperation.REMOVE_LIMIT, change("acme", "search", Settings.NONE));

    assertThat(target.tenant("acme").orElseThrow().limits())
        .containsExactly(acme.limits().getFirst());
  }

  @Test
  void copiesAPolicyButNotWhoItsOwnerIs() {
    var change =
        new RequestedChange(
            who("zenith"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.empty(),
            Optional.of("acme"));

    var target = ready(TaskOperation.COPY_POLICY, change);

    assertThat(target.tenant("zenith").orElseThrow().limits()).isEqualTo(acme.limits());
    assertThat(target.tenant("zenith").orElseThrow().tenant()).isEqualTo("zenith");
  }

  @Test
  void appliesWhatTheSourcesSayAndRemovesWhatTheyNoLongerName() {
    var changed = tenant("acme", limit("orders", "orders", 700, 60));
    var sources = sources(Map.of("acme", changed), List.of(), List.of());

    var compiled = compile(committed, sources, TaskOperation.APPLY_POLICIES);

    var ready = (CompilationResult.Ready) compiled;
    assertThat(ready.target().tenant("acme")).contains(changed);
    assertThat(ready.target().tenant("zenith")).isEmpty();
    assertThat(ready.warnings()).anyMatch(w -> w.contains("zenith"));
  }

  @Test
  void removesNobodyWhileASourceIsUnknown() {
    var sources = sources(Map.of("acme", acme), List.of(), List.of("policies/zenith.yaml"));

    var ready = (CompilationResult.Ready) compile(committed, sources, TaskOperation.APPLY_POLICIES);

    assertThat(ready.target().tenant("zenith")).contains(zenith);
    assertThat(ready.warnings()).anyMatch(w -> w.contains("zenith is kept"));
  }

  @Test
  void keepsATenantWhoseDocumentIsInvalidUnlessItIsNamed() {
    var sources = sources(Map.of("zenith", zenith), List.of("acme"), List.of());

    var unnamed = compile(committed, sources, TaskOperation.APPLY_POLICIES);
    var named =
        compile(
            committed,
            sources,
            TaskOperation.SET_LIMIT,
            change("acme", "orders", settings(5L, 1L)));

    assertThat(((CompilationResult.Ready) unnamed).target().tenant("acme")).contains(acme);
    assertThat(named).isInstanceOf(CompilationResult.Invalid.class);
  }

  @Test
  void theFirstChangeStandsOnTheSources() {
    var sources = sources(Map.of("acme", acme, "zenith", zenith), List.of(), List.of());

    var ready =
        (CompilationResult.Ready)
            compile(
                PolicySet.EMPTY,
                sources,
                TaskOperation.SET_LIMIT,
                change("acme", "orders", settings(1200L, 60L)));

    assertThat(ready.target().tenant("zenith")).contains(zenith);
    assertThat(ready.warnings()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void setsEachAlgorithmAndTakesNoWindowForALease(LimitAlgorithm algorithm) {
    var target = ready(TaskOperation.SET_LIMIT, change("acme", "search", in(algorithm)));

    var limit = target.tenant("acme").orElseThrow().limits().getLast();
    assertThat(limit.algorithm()).isEqualTo(algorithm);
    assertThat(limit.window().toSeconds())
        .isEqualTo(algorithm == LimitAlgorithm.CONCURRENCY ? Limit.DEFAULT_LEASE.toSeconds() : 30);
  }

  @ParameterizedTest
  @EnumSource(names = {"REPAIR_DRIFT", "SNAPSHOT"})
  void saysWhatThisVersionDoesNotCarryOut(TaskOperation operation) {
    assertThat(compile(committed, NO_SOURCES, operation))
        .isEqualTo(
            new CompilationResult.Refused(operation.word() + " isn't supported by this version"));
  }

  @Test
  void refusesAScaleBeyondWhatALimitCanHold() {
    var change =
        new RequestedChange(
            who("acme"),
            Optional.of("orders"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.of(new BigDecimal("1e30")),
            Optional.empty());

    assertThat(compile(committed, NO_SOURCES, TaskOperation.SCALE_LIMIT, change))
        .isInstanceOf(CompilationResult.Refused.class);
  }

  private static Settings in(LimitAlgorithm algorithm) {
    return new Settings(
        Optional.of(5L),
        Optional.of(30L),
        Optional.empty(),
        Optional.of(algorithm),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private PolicySet ready(TaskOperation operation, RequestedChange... changes) {
    return ready(committed, operation, changes);
  }

  private static PolicySet ready(
      PolicySet on, TaskOperation operation, RequestedChange... changes) {
    return ((CompilationResult.Ready) compile(on, NO_SOURCES, operation, changes)).target();
  }
}
