package dev.deployclaw.core.compile;

import static dev.deployclaw.core.compile.CompilerFixtures.NO_SOURCES;
import static dev.deployclaw.core.compile.CompilerFixtures.compile;
import static dev.deployclaw.core.compile.CompilerFixtures.limit;
import static dev.deployclaw.core.compile.CompilerFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.PolicyChecker;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WindowMergerTest {
  private final TenantPolicy contradicting =
      tenant(
          "acme",
          limit("minute", "orders", 100, 60),
          limit("five-minutes", "orders", 300, 300),
          limit("search", "search", 50, 1));

  @Test
  void theLimitThatAdmitsLeastGoesOnOverTheWindowThatWasAskedFor() {
    var acme = resolved(60, contradicting);

    assertThat(acme.limits()).extracting(Limit::name).containsExactly("five-minutes", "search");
    var limit = acme.limits().getFirst();
    assertThat(limit.requests()).isEqualTo(60);
    assertThat(limit.window().toSeconds()).isEqualTo(60);
    assertThat(limit.burst()).as("the smallest of both").isEqualTo(100);
    assertThat(acme.limits().getLast()).isEqualTo(contradicting.limits().getLast());
  }

  @Test
  void leavesNothingForTheCheckToFind() {
    assertThat(conflicts(contradicting)).isNotEmpty();
    for (long window : new long[] {1, 30, 60, 300, 3600}) {
      assertThat(conflicts(resolved(window, contradicting))).as("%d s", window).isEmpty();
    }
  }

  @Test
  void neverRaisesARate() {
    var acme = resolved(7, contradicting);

    assertThat(acme.limits().getFirst().requests()).as("1 a second, in 7 s").isEqualTo(7);
    assertThat(
            resolved(70, tenant("acme", limit("a", "x", 100, 60), limit("b", "x", 350, 300)))
                .limits()
                .getFirst()
                .requests())
        .as("81.67 rounded down")
        .isEqualTo(81);
  }

  @Test
  void leavesADeliberatePairAlone() {
    var pair =
        tenant("acme", limit("second", "orders", 10, 1), limit("hour", "orders", 1000, 3600));

    assertThat(resolved(60, pair)).isEqualTo(pair);
  }

  @Test
  void mergesAChainOfConflictsIntoOne() {
    var three =
        tenant(
            "acme",
            limit("a", "orders", 60, 60),
            limit("b", "orders", 250, 300),
            limit("c", "orders", 600, 900));

    var acme = resolved(60, three);

    assertThat(acme.limits()).extracting(Limit::name).containsExactly("c");
    assertThat(acme.limits().getFirst().requests()).isEqualTo(40);
    assertThat(acme.limits().getFirst().burst()).isEqualTo(60);
  }

  @Test
  void refusesAWindowInWhichNothingWouldBeLeft() {
    var slow = tenant("acme", limit("a", "orders", 3, 60), limit("b", "orders", 4, 300));

    var compiled = compile(set(slow), NO_SOURCES, TaskOperation.RESOLVE_CONFLICTS, everybody(10));

    assertThat(compiled)
        .isEqualTo(
            new CompilationResult.Refused(
                "b is 4 in 300 s, which is less than one in 10 s: ask for a longer window"));
  }

  private static TenantPolicy resolved(long window, TenantPolicy tenant) {
    var compiled =
        compile(set(tenant), NO_SOURCES, TaskOperation.RESOLVE_CONFLICTS, everybody(window));
    assertThat(compiled).isInstanceOf(CompilationResult.Ready.class);
    return ((CompilationResult.Ready) compiled).target().tenant("acme").orElseThrow();
  }

  private static PolicySet set(TenantPolicy tenant) {
    return PolicySet.of(List.of(tenant), List.of(), "");
  }

  private static List<PolicyFinding> conflicts(TenantPolicy tenant) {
    return PolicyChecker.run(
            set(tenant), Optional.empty(), ClusterMeasurements.NOTHING, CheckThresholds.DEFAULT)
        .stream()
        .filter(f -> f.check() == CheckKind.CONFLICTING_WINDOWS)
        .toList();
  }

  private static RequestedChange everybody(long window) {
    var set =
        new Settings(
            Optional.empty(),
            Optional.of(window),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new RequestedChange(
        new Who(List.of(), new TreeMap<>(), true, List.of()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        set,
        Optional.empty(),
        Optional.empty());
  }
}
