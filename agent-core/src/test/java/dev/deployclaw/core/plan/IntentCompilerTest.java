package dev.deployclaw.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.Change;
import dev.deployclaw.core.task.Change.Settings;
import dev.deployclaw.core.task.Change.Who;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.Collected;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class IntentCompilerTest {
  private static final Collected NO_SOURCES =
      new Collected(new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), List.of(), List.of());

  private final TenantPolicy acme =
      tenant("acme", limit("orders", "orders", 600, 60), limit("search", "search", 50, 1));
  private final TenantPolicy zenith = tenant("zenith", limit("orders", "orders", 60, 60));
  private final PolicySet committed = PolicySet.of(List.of(acme, zenith), List.of(), "");

  @Test
  void changesTheLimitWhoseMatchEqualsAndKeepsWhatIsNotSet() {
    var target = ready(Operation.SET_LIMIT, change("acme", "orders", settings(1200L, 60L)));

    var limit = target.tenant("acme").orElseThrow().limits().getFirst();
    assertThat(limit.requests()).isEqualTo(1200);
    assertThat(limit.burst()).isEqualTo(600);
    assertThat(limit.name()).isEqualTo("orders");
    assertThat(target.tenant("zenith")).contains(zenith);
  }

  @Test
  void addsALimitWhereNoneMatches() {
    var target = ready(Operation.SET_LIMIT, change("acme", "payments", settings(40L, 1L)));

    var limit = target.tenant("acme").orElseThrow().limits().getLast();
    assertThat(limit.name()).isEqualTo("payments");
    assertThat(limit.algorithm()).isEqualTo(Algorithm.TOKEN_BUCKET);
    assertThat(limit.burst()).isEqualTo(40);
    assertThat(limit.match()).isEqualTo(Match.service("payments"));
  }

  @Test
  void takesTheOneOfTheSameWindowWhereSeveralMatch() {
    var both =
        tenant("acme", limit("minute", "orders", 600, 60), limit("hour", "orders", 9000, 3600));
    var set = PolicySet.of(List.of(both), List.of(), "");

    var target = ready(set, Operation.SET_LIMIT, change("acme", "orders", settings(8000L, 3600L)));

    assertThat(target.tenant("acme").orElseThrow().limits().getLast().requests()).isEqualTo(8000);
    assertThat(target.tenant("acme").orElseThrow().limits().getFirst().requests()).isEqualTo(600);
  }

  @Test
  void asksWhichOfSeveralIsMeant() {
    var both =
        tenant("acme", limit("minute", "orders", 600, 60), limit("hour", "orders", 9000, 3600));
    var set = PolicySet.of(List.of(both), List.of(), "");

    var compiled =
        compile(set, NO_SOURCES, Operation.SET_LIMIT, change("acme", "orders", settings(5L, 1L)));

    assertThat(compiled).isInstanceOf(Compiled.Unclear.class);
    assertThat(((Compiled.Unclear) compiled).questions().getFirst()).contains("minute, hour");
  }

  @Test
  void asksForTheWindowOfANewLimit() {
    var compiled =
        compile(
            committed,
            NO_SOURCES,
            Operation.SET_LIMIT,
            change(
                "acme",
                "payments",
                new Settings(
                    Optional.of(5L),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));

    assertThat(compiled).isInstanceOf(Compiled.Unclear.class);
  }

  @Test
  void asksForATenantThatIsNotThere() {
    var compiled =
        compile(
            committed,
            NO_SOURCES,
            Operation.SET_LIMIT,
            change("nobody", "orders", settings(5L, 1L)));

    assertThat(compiled).isInstanceOf(Compiled.Unclear.class);
  }

  @Test
  void scalesRateAndBurst() {
    var change =
        new Change(
            who("acme"),
            Optional.of("orders"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.of(new BigDecimal("1.5")),
            Optional.empty());

    var target = ready(Operation.SCALE_LIMIT, change);

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
            Optional.of(Mode.SHADOW),
            Optional.empty());
    var change =
        new Change(
            who("acme"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            shadow,
            Optional.empty(),
            Optional.empty());

    var target = ready(Operation.SET_MODE, change);

    assertThat(target.tenant("acme").orElseThrow().limits()).allMatch(l -> l.mode() == Mode.SHADOW);
  }

  @Test
  void blocksAndUnblocksAsAWhole() {
    var blocked = ready(Operation.BLOCK, change("acme", Optional.empty(), Settings.NONE));
    var partly =
        compile(committed, NO_SOURCES, Operation.BLOCK, change("acme", "orders", Settings.NONE));

    assertThat(blocked.tenant("acme").orElseThrow().blocked()).isTrue();
    assertThat(blocked.tenant("acme").orElseThrow().limits()).isEqualTo(acme.limits());
    assertThat(partly).isInstanceOf(Compiled.Refused.class);
  }

  @Test
  void removesOneLimit() {
    var target = ready(Operation.REMOVE_LIMIT, change("acme", "search", Settings.NONE));

    assertThat(target.tenant("acme").orElseThrow().limits())
        .containsExactly(acme.limits().getFirst());
  }

  @Test
  void copiesAPolicyButNotWhoItsOwnerIs() {
    var change =
        new Change(
            who("zenith"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.empty(),
            Optional.of("acme"));

    var target = ready(Operation.COPY_POLICY, change);

    assertThat(target.tenant("zenith").orElseThrow().limits()).isEqualTo(acme.limits());
    assertThat(target.tenant("zenith").orElseThrow().tenant()).isEqualTo("zenith");
  }

  @Test
  void appliesWhatTheSourcesSayAndRemovesWhatTheyNoLongerName() {
    var changed = tenant("acme", limit("orders", "orders", 700, 60));
    var sources = sources(Map.of("acme", changed), List.of(), List.of());

    var compiled = compile(committed, sources, Operation.APPLY_POLICIES);

    var ready = (Compiled.Ready) compiled;
    assertThat(ready.target().tenant("acme")).contains(changed);
    assertThat(ready.target().tenant("zenith")).isEmpty();
    assertThat(ready.warnings()).anyMatch(w -> w.contains("zenith"));
  }

  @Test
  void removesNobodyWhileASourceIsUnknown() {
    var sources = sources(Map.of("acme", acme), List.of(), List.of("policies/zenith.yaml"));

    var ready = (Compiled.Ready) compile(committed, sources, Operation.APPLY_POLICIES);

    assertThat(ready.target().tenant("zenith")).contains(zenith);
    assertThat(ready.warnings()).anyMatch(w -> w.contains("zenith is kept"));
  }

  @Test
  void keepsATenantWhoseDocumentIsInvalidUnlessItIsNamed() {
    var sources = sources(Map.of("zenith", zenith), List.of("acme"), List.of());

    var unnamed = compile(committed, sources, Operation.APPLY_POLICIES);
    var named =
        compile(
            committed, sources, Operation.SET_LIMIT, change("acme", "orders", settings(5L, 1L)));

    assertThat(((Compiled.Ready) unnamed).target().tenant("acme")).contains(acme);
    assertThat(named).isInstanceOf(Compiled.Invalid.class);
  }

  @Test
  void theFirstChangeStandsOnTheSources() {
    var sources = sources(Map.of("acme", acme, "zenith", zenith), List.of(), List.of());

    var ready =
        (Compiled.Ready)
            compile(
                PolicySet.EMPTY,
                sources,
                Operation.SET_LIMIT,
                change("acme", "orders", settings(1200L, 60L)));

    assertThat(ready.target().tenant("zenith")).contains(zenith);
    assertThat(ready.warnings()).isNotEmpty();
  }

  private PolicySet ready(Operation operation, Change... changes) {
    return ready(committed, operation, changes);
  }

  private static PolicySet ready(PolicySet on, Operation operation, Change... changes) {
    return ((Compiled.Ready) compile(on, NO_SOURCES, operation, changes)).target();
  }

  private static Compiled compile(
      PolicySet on, Collected sources, Operation operation, Change... changes) {
    var intent =
        new Intent(
            operation,
            Optional.empty(),
            List.of(changes),
            Intent.Guards.NONE,
            Intent.Schedule.NONE,
            List.of());
    return IntentCompiler.compile(intent, new IntentCompiler.Ground(on, sources, List.of(), ""));
  }

  private static Collected sources(
      Map<String, TenantPolicy> policies, List<String> leftOut, List<String> unknown) {
    return new Collected(
        new TreeMap<>(policies), new TreeMap<>(), new TreeSet<>(leftOut), List.of(), unknown);
  }

  private static Change change(String tenant, String service, Settings set) {
    return change(tenant, Optional.of(service), set);
  }

  private static Change change(String tenant, Optional<String> service, Settings set) {
    return new Change(
        who(tenant),
        service,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        set,
        Optional.empty(),
        Optional.empty());
  }

  private static Who who(String tenant) {
    return new Who(List.of(tenant), new TreeMap<>(), false, List.of());
  }

  private static Settings settings(long requests, long window) {
    return new Settings(
        Optional.of(requests),
        Optional.of(window),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static TenantPolicy tenant(String name, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailure.DENY, List.of(limits));
  }

  private static Limit limit(String name, String service, long requests, long window) {
    return new Limit(
        name,
        Match.service(service),
        List.of(),
        Algorithm.TOKEN_BUCKET,
        requests,
        Duration.ofSeconds(window),
        requests,
        1,
        Mode.ENFORCE,
        Optional.empty());
  }
}
