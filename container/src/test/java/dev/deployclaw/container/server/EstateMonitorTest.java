package dev.deployclaw.container.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.monitor.AlertCondition;
import dev.deployclaw.container.monitor.AlertKind;
import dev.deployclaw.container.monitor.AlertNotification;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.wiring.MachineName;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the process sees while it serves. */
class EstateMonitorTest {
  private static final String POINT = "gateway/shop/one";

  /** Deleted after the last test: a round that was cut off may still write. */
  @TempDir static Path folders;

  private final Path folder = folders.resolve(UUID.randomUUID().toString());
  private final FakeEstate world = new FakeEstate();

  /** The log of which the stream holds another record; empty for none. */
  private final AtomicReference<String> forked = new AtomicReference<>("");

  private final AtomicBoolean tooLarge = new AtomicBoolean();

  /** What the executor host did; empty for nothing. */
  private final AtomicReference<Map<String, Violation>> violations =
      new AtomicReference<>(Map.of());

  @AutoClose private AgentServer server;

  /** A stream with a fork or without. */
  private final StreamCopy copy =
      new StreamCopy() {
        private volatile boolean alarmed;

        @Override
        public List<Repaired> repaired() {
          return List.of();
        }

        @Override
        public List<Fork> forks() {
          return forked.get().isEmpty()
              ? List.of()
              : List.of(new Fork(forked.get(), 3, "aa", "bb", alarmed));
        }

        @Override
        public List<Stuck> stuck() {
          return tooLarge.get()
              ? List.of(new Stuck("arch-one", 6, "it has 12,345 bytes", "raise max_payload"))
              : List.of();
        }

        @Override
        public void alarmed(Fork fork) {
          alarmed = true;
        }

        @Override
        public Optional<String> full() {
          return Optional.empty();
        }
      };

  @BeforeEach
  void start() {
    world.journal.stream(copy);
    var estate = ServerFixture.estate(world, new ExecutorBrake(), folder, List.of());
    var often = new MonitoringConfig(Duration.ofMillis(200), Duration.ofMillis(200));
    server =
        AgentServer.start(
            new AgentResources(
                watched(estate.ports()),
                estate.settings(),
                estate.signer(),
                estate.vitals(),
                estate.shipping(),
                estate.tails(),
                estate.mask(),
                estate.stateDir(),
                new MonitoringSettings(
                    often, List.of(), List.of(), BackoffPolicy.DEFAULT, "/test/"),
                List.of()),
            ServerFixture.bounds(8, Duration.ofSeconds(30)));
  }

  @Test
  void seesAPointThatStopsToEnforceAndThatItDoesAgain() throws Exception {
    applied();
    world.probe.beats(MemberReport.no(POINT, "admitted a cost of 11"));

    awaitRaised(AlertKind.NOT_ENFORCED, "shop");
    String series = "point=\"" + POINT + "\",state=\"not_enforced\"} 1";
    BoundedWait.until(
        "it is measured", ServerFixture.SOON, () -> server.metrics().text().contains(series));

    world.probe.beats(MemberReport.yes(POINT, "", Map.of()));
    awaitWell(AlertKind.NOT_ENFORCED);
  }

  @Test
  void seesDriftAndThatItIsOver() throws Exception {
    world.redis.says("scan");
    applied();
    world.redis.says("scan", MemberReport.unknown("redis/a", "connection refused"));

    awaitRaised(AlertKind.DRIFT, "estate");
    assertThat(raised(AlertKind.DRIFT).orElseThrow().condition().summary()).contains("redis/a");

    world.redis.says("scan");
    awaitWell(AlertKind.DRIFT);
  }

  @Test
  void putsBackByItselfWhatWasLostAndSaysSo() throws Exception {
    applied();
    world.redis.forget("a");

    awaitRaised(AlertKind.PUT_BACK, "estate");

    assertThat(raised(AlertKind.PUT_BACK).orElseThrow().condition().summary())
        .contains("put back: redis/a");
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    assertThat(server.metrics().text())
        .contains("deployclaw_losses_total{result=\"COMPLETED\"} 1.0");
  }

  @Test
  void doesNotTryInEachRoundWhatCannotBePutBack() throws Exception {
    applied();
    world.redis.refuseAt("reassert", "out of memory");
    world.redis.forget("a");
    awaitRaised(AlertKind.PUT_BACK, "estate");
    int seen = world.redis.calls("scan");

    BoundedWait.until(
        "it looks on", ServerFixture.SOON, () -> world.redis.calls("scan") > seen + 2);

    assertThat(world.redis.calls("reassert")).isEqualTo(1);
  }

  @Test
  void tellsOfAForgedRecordAndGoesOn() throws Exception {
    forked.set(applied());

    awaitRaised(AlertKind.FORK, forked.get());
    assertThat(server.metrics().text()).contains("deployclaw_audit_forks 1.0");
    BoundedWait.until("it is decided", ServerFixture.SOON, () -> copy.forks().getFirst().alarmed());
    assertThat(world.store.get(StoreKeys.FREEZE)).isEmpty();
  }

  @Test
  void stopsChangesBecauseOfALogThatWasChangedTellsOfItAndCountsIt() throws Exception {
    String log = applied();
    world.journal.tamper(log, 3);
    forked.set(log);

    awaitRaised(AlertKind.FORK, log);
    assertThat(raised(AlertKind.FORK).orElseThrow().condition().summary())
        .contains("FORK", "record 3 of " + log, "audit diff-stream " + log, "deployclaw thaw");
    BoundedWait.until(
        "changes are frozen",
        ServerFixture.SOON,
        () -> world.store.get(StoreKeys.FREEZE).isPresent());
    assertThat(server.metrics().text()).contains("deployclaw_audit_forks 1.0");
    forked.set("");
    awaitWell(AlertKind.FORK);
  }

  @Test
  void tellsOfARecordThatCannotBeShippedAndCountsIt() {
    tooLarge.set(true);

    awaitRaised(AlertKind.NOT_SHIPPED, "arch-one");
    assertThat(raised(AlertKind.NOT_SHIPPED).orElseThrow().condition().summary())
        .contains("from record 6 on", "it has 12,345 bytes", "raise max_payload");
    assertThat(server.metrics().text())
        .contains("deployclaw_audit_stuck 1.0")
        .contains("deployclaw_audit_unrepaired_records 0.0")
        .contains("deployclaw_audit_uncounted_logs 0.0");
    tooLarge.set(false);
    awaitWell(AlertKind.NOT_SHIPPED);
  }

  @Test
  void seesThatABackEndIsAheadOfTheStateStore() throws Exception {
    applied();
    world.redis.says("marks", MemberReport.yes("redis/a", "", Map.of("epoch", 9L)));

    awaitRaised(AlertKind.REGRESSED, "estate");
    assertThat(raised(AlertKind.REGRESSED).orElseThrow().condition().summary())
        .contains("redis/a names epoch 9", "none above 1", "--accept-regression");

    world.redis.says("marks");
    awaitWell(AlertKind.REGRESSED);
  }

  @Test
  void seesWhatWaitsForAPersonUntilItIsApproved() throws Exception {
    var asked = TaskSubmission.task("apply", "olivia", true, Optional.empty());
    var id = ((SubmissionResult.Accepted) server.intake().submit(asked)).execution();
    ServerFixture.awaitResult(server, id, "HELD");
    server.sampleHealth();

    awaitRaised(AlertKind.HELD, id);

    server.intake().decide(new ApprovalDecision(id, "ann", true, "", ""));
    ServerFixture.awaitResult(server, id, "COMPLETED");
    server.sampleHealth();
    awaitWell(AlertKind.HELD);
  }

  @Test
  void seesThatTheKillSwitchIsOn() throws Exception {
    world.agent().freeze("olivia", "incident 4711");
    server.sampleHealth();

    awaitRaised(AlertKind.FROZEN, "estate");
    assertThat(raised(AlertKind.FROZEN).orElseThrow().condition().summary())
        .contains("by olivia", "incident 4711", "deployclaw thaw");

    world.agent().thaw("olivia");
    server.sampleHealth();
    awaitWell(AlertKind.FROZEN);
  }

  @Test
  void seesThatAHostMadeAForbiddenCallForAnHour() throws Exception {
    violate(Instant.parse("2100-01-01T00:00:00Z"));

    awaitRaised(AlertKind.VIOLATION, "host");
    assertThat(raised(AlertKind.VIOLATION).orElseThrow().condition().summary())
        .isEqualTo("host made a forbidden system call");

    violate(Instant.EPOCH);
    awaitWell(AlertKind.VIOLATION);
  }

  @Test
  void seesThatALogOfSignInsIsGone() throws Exception {
    server.signIns().began("olivia", "token", "10.0.0.7");
    var logs = JournalFolder.in(SignInJournal.folder(folder));
    BoundedWait.until(
        "both events are there",
        ServerFixture.SOON,
        () -> logs.executions().stream().anyMatch(log -> logs.all(log).size() == 2));
    Files.delete(logs.records(logs.executions().getFirst()));
    server.signIns().began("ann", "token", "10.0.0.8");

    awaitRaised(AlertKind.TAMPERED, MachineName.name());
    assertThat(raised(AlertKind.TAMPERED).orElseThrow().condition().summary())
        .startsWith("a log of sign-ins was changed or removed: there was sign-ins-");
  }

  private void violate(Instant at) {
    violations.set(Map.of("host", new Violation(at, "made a forbidden system call")));
  }

  @Test
  void seesWhatWasRolledBack() throws Exception {
    applied();
    world.probe.fail("a limit is wrong");
    var id = ServerFixture.submit(server, "set acme 700");

    awaitRaised(AlertKind.EXECUTION, id);

    AlertCondition condition = raised(AlertKind.EXECUTION).orElseThrow().condition();
    assertThat(condition.summary()).startsWith(id + " ended ");
    assertThat(condition.members()).isSubsetOf("ROLLED_BACK", "FAILED", "UNKNOWN");
  }

  /** The same, with a host that may violate its wall. */
  private AgentPorts watched(AgentPorts ports) {
    var executors =
        ports
            .executors()
            .isolatedBy(() ->
                Optional.of(new ExecutorIsolation(true, List.of(), Map.of(), violations.get())));
    return FakeEstate.withExecutors(ports, executors);
  }

  /** The id of its log. */
  private String applied() throws InterruptedException {
    String execution = ServerFixture.submit(server, "apply");
    ServerFixture.awaitResult(server, execution, "COMPLETED");
    return execution;
  }

  private void awaitRaised(AlertKind kind, String subject) {
    BoundedWait.until(
        kind + " of " + subject,
        ServerFixture.SOON,
        () -> raised(kind).filter(n -> n.condition().subject().equals(subject)).isPresent());
  }

  private void awaitWell(AlertKind kind) {
    BoundedWait.until("no " + kind, ServerFixture.SOON, () -> raised(kind).isEmpty());
  }

  private Optional<AlertNotification> raised(AlertKind kind) {
    return server.enforcement().standing().stream()
        .filter(n -> n.condition().kind() == kind)
        .findFirst();
  }
}
