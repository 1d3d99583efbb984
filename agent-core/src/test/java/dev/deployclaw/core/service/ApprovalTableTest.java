package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.model.EnforcementMode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operation, asked to wait in each way that there is, waits or is refused; nothing passes. A
 * new operation or way doesn't compile until it has its row here.
 */
class ApprovalTableTest {
  private static final String TWO_WINDOWS =
      FakeSourcesExecutor.document("acme", 600)
          + """
                - name: orders-hourly
                  match: {service: orders}
                  algorithm: token-bucket
                  requests: 600
                  window: 1h
          """
              .indent(-2);

  private final FakeEstate world = new FakeEstate();

  /** How an approval is asked for. */
  enum Way {
    WORDS,
    CALLER,
    GATE_RULE,
    MODEL_READING,
    MODEL_DOUBT;

    List<ApprovalTrigger> demands() {
      return switch (this) {
        case WORDS, CALLER, GATE_RULE -> List.of();
        case MODEL_READING -> List.of(new ApprovalTrigger(Source.MODEL_READING, "only a model"));
        case MODEL_DOUBT -> List.of(new ApprovalTrigger(Source.MODEL_DOUBT, "a model doubts"));
      };
    }

    /** The rule of the gate by which it is held. */
    String rule() {
      return switch (this) {
        case WORDS, CALLER -> "request-asks";
        case GATE_RULE -> "named";
        case MODEL_READING -> "model-reading";
        case MODEL_DOUBT -> "model-doubt";
      };
    }
  }

  /** What becomes of it. */
  enum Fate {
    HELD,
    REFUSED,
    LOOKED
  }

  static Stream<Arguments> rows() {
    return Stream.of(TaskOperation.values())
        .flatMap(op -> Stream.of(Way.values()).map(way -> Arguments.of(op, way, fate(op, way))));
  }

  private static Fate fate(TaskOperation operation, Way way) {
    boolean model = way == Way.MODEL_READING || way == Way.MODEL_DOUBT;
    return switch (operation) {
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK, REMOVE_LIMIT -> Fate.HELD;
      case COPY_POLICY, APPLY_POLICIES, RESOLVE_CONFLICTS, ROLLBACK, REPAIR_DRIFT -> Fate.HELD;
      // the gate has no say on what changes no limit
      case SNAPSHOT -> way == Way.GATE_RULE ? Fate.LOOKED : Fate.REFUSED;
      case CHECK_DRIFT, SCAN, VALIDATE ->
          model || way == Way.GATE_RULE ? Fate.LOOKED : Fate.REFUSED;
    };
  }

  @ParameterizedTest
  @MethodSource("rows")
  void obeysOrRefuses(TaskOperation operation, Way way, Fate fate) throws Exception {
    prepare(operation);
    var before = world.live();
    var active = world.active();

    var ended = run(operation, way);

    switch (fate) {
      case HELD -> {
        assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.HELD);
        assertThat(world.live()).isEqualTo(before);
        assertThat(log(ended)).contains("\"" + way.rule() + "\"");
        approved(ended, way, operation);
      }
      case REFUSED -> {
        assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.REFUSED);
        assertThat(ended.reason()).contains("approval");
      }
      case LOOKED ->
          assertThat(ended.result()).as(ended.reason()).isNotEqualTo(ExecutionStatus.REFUSED);
    }
    if (fate != Fate.HELD) {
      assertThat(world.active()).isEqualTo(active);
      assertThat(world.live()).isEqualTo(before);
      assertThat(world.store.list(StoreKeys.HELD_REPAIRS)).isEmpty();
    }
    assertThat(world.laws.broken()).isEmpty();
  }

  /** By another process, and where a model alone understood it, by somebody who read the plan. */
  private void approved(RequestOutcome held, Way way, TaskOperation operation)
      throws InterruptedException {
    var waiting = waiting(held.execution());
    if (way == Way.MODEL_READING) {
      var unread = world.agent().approve(held.execution(), "ann");
      assertThat(unread.exit()).isEqualTo(ExitCode.REFUSED);
      assertThat(unread.reason()).contains("only a model", "--plan");
    }

    var ended = world.agent().approve(held.execution(), "ann", waiting.planHash());

    assertThat(ended.result())
        .as(operation + ": " + ended.reason())
        .isEqualTo(ExecutionStatus.COMPLETED);
    var again = world.agent().approve(held.execution(), "ann", waiting.planHash());
    assertThat(again.exit()).isEqualTo(ExitCode.REFUSED);
    world.laws.checkAtRest();
  }

  private GatePolicy.PendingApproval waiting(String execution) throws InterruptedException {
    var status = world.queries().storeStatus();
    return Stream.concat(
            status.held().stream().map(GatePolicy.PendingApproval::of),
            status.heldRepairs().stream().map(r -> r.waiting()))
        .filter(w -> w.id().equals(execution))
        .findFirst()
        .orElseThrow();
  }

  private void prepare(TaskOperation operation) throws InterruptedException {
    if (operation == TaskOperation.RESOLVE_CONFLICTS) {
      world.sources.put("acme.yaml", TWO_WINDOWS);
    }
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
    switch (operation) {
      case ROLLBACK ->
          assertThat(world.run("set acme 700").result()).isEqualTo(ExecutionStatus.COMPLETED);
      case UNBLOCK ->
          assertThat(
                  agent(intent(TaskOperation.BLOCK, Guards.NONE), List.of())
                      .run(world.request("block"))
                      .result())
              .isIn(ExecutionStatus.HELD, ExecutionStatus.COMPLETED);
      case APPLY_POLICIES ->
          world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 800));
      case REPAIR_DRIFT -> world.redis.tamper("a", "somebody's");
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, REMOVE_LIMIT, COPY_POLICY -> {}
      case RESOLVE_CONFLICTS, SNAPSHOT, CHECK_DRIFT, SCAN, VALIDATE -> {}
    }
    for (var held : world.queries().storeStatus().held()) {
      assertThat(world.agent().approve(held.id(), "ann").result())
          .isEqualTo(ExecutionStatus.COMPLETED);
    }
  }

  private RequestOutcome run(TaskOperation operation, Way way) throws InterruptedException {
    var guards = way == Way.WORDS ? manual() : Guards.NONE;
    if (way == Way.GATE_RULE) {
      var named = new GateRule.About(List.of(operation.word()), List.of(), List.of(), List.of(), 0);
      var rule = new GateRule("named", named, GateRule.Says.HOLD, List.of());
      world.gate = new GatePolicy(true, false, Duration.ofHours(1), List.of(rule));
    }
    var request =
        new TaskRequest(
            operation.word(), "olivia", world.time.instant(), way == Way.CALLER, Optional.empty());
    return agent(intent(operation, guards), way.demands()).run(request);
  }

  private ChangeService agent(Intent intent, List<ApprovalTrigger> demands) {
    var p = world.ports();
    var understanding =
        new InterpretedRequest(
            new Interpretation.Planned(intent), "", !demands.isEmpty(), demands, Map.of());
    var ports =
        new AgentPorts(
            p.state(),
            p.objects(),
            p.executors(),
            p.sealer(),
            p.journal(),
            (_, _) -> understanding,
            p.procedures(),
            p.time());
    return new ChangeService(ports, world.settings("agent-of-the-table"), ProgressListener.NONE);
  }

  private static Intent intent(TaskOperation operation, Guards guards) {
    List<RequestedChange> changes =
        switch (operation) {
          case SET_LIMIT -> List.of(acme(requests(900), Optional.empty(), Optional.empty()));
          case SCALE_LIMIT ->
              List.of(acme(Settings.NONE, Optional.of(BigDecimal.TWO), Optional.empty()));
          case SET_MODE -> List.of(acme(shadow(), Optional.empty(), Optional.empty()));
          case BLOCK, UNBLOCK -> List.of(acme(Settings.NONE, Optional.empty(), Optional.empty()));
          case REMOVE_LIMIT ->
              List.of(
                  acme(Optional.of("orders"), Settings.NONE, Optional.empty(), Optional.empty()));
          case COPY_POLICY -> List.of(acme(Settings.NONE, Optional.empty(), Optional.of("zenith")));
          case RESOLVE_CONFLICTS -> List.of(acme(window(60), Optional.empty(), Optional.empty()));
          case APPLY_POLICIES, ROLLBACK, REPAIR_DRIFT -> List.of();
          case SNAPSHOT, CHECK_DRIFT, SCAN, VALIDATE -> List.of();
        };
    return new Intent(operation, Optional.empty(), changes, guards, Schedule.NONE, List.of());
  }

  /** What is set or scaled is a limit; what is copied or blocked is the whole tenant. */
  private static RequestedChange acme(
      Settings set, Optional<BigDecimal> scale, Optional<String> from) {
    boolean whole = set.equals(Settings.NONE) && scale.isEmpty();
    return acme(whole ? Optional.empty() : Optional.of("orders"), set, scale, from);
  }

  private static RequestedChange acme(
      Optional<String> service, Settings set, Optional<BigDecimal> scale, Optional<String> from) {
    return new RequestedChange(
        new Who(List.of("acme"), new TreeMap<>(), false, List.of()),
        service,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        set,
        scale,
        from);
  }

  private static Settings requests(long requests) {
    return settings(Optional.of(requests), Optional.of(60L), Optional.empty());
  }

  private static Settings window(long seconds) {
    return settings(Optional.empty(), Optional.of(seconds), Optional.empty());
  }

  private static Settings shadow() {
    return settings(Optional.empty(), Optional.empty(), Optional.of(EnforcementMode.SHADOW));
  }

  private static Settings settings(
      Optional<Long> requests, Optional<Long> window, Optional<EnforcementMode> mode) {
    return new Settings(
        requests,
        window,
        Optional.empty(),
        Optional.empty(),
        mode,
        Optional.empty(),
        Optional.empty());
  }

  private static Guards manual() {
    return new Guards(
        Optional.of(Guards.Approval.MANUAL),
        false,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private String log(RequestOutcome ended) {
    return world.journal.read(ended.execution()).stream()
        .map(String::new)
        .reduce("", String::concat);
  }
}
