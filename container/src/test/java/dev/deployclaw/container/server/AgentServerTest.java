package dev.deployclaw.container.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.intake.AcceptedTaskStore;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.OverlayExpiryTask;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process that serves: one task after another, whatever dies. */
class AgentServerTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final ExecutorBrake brake = new ExecutorBrake();

  @AfterEach
  void nothingIsBroken() {
    assertThat(world.laws.broken()).isEmpty();
  }

  @Test
  void carriesTasksOutInTheOrderInWhichTheyCame() throws Exception {
    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      brake.at("redis.stage");
      var first = ServerFixture.submit(server, "apply");
      brake.awaitReached();
      var second = ServerFixture.submit(server, "set acme 700");
      var third = ServerFixture.submit(server, "set acme 800");

      assertThat(server.executions().waiting()).containsExactly(second, third);
      assertThat(ServerFixture.result(server, first)).isEqualTo("UNFINISHED");
      assertThat(ServerFixture.result(server, second)).isEqualTo(ExecutionQueries.QUEUED);
      brake.release();

      ServerFixture.awaitResult(server, third, "COMPLETED");
      assertThat(List.of(first, second, third)).isSorted();
      assertThat(world.change(first).orElseThrow().epoch()).isEqualTo(1);
      assertThat(world.change(third).orElseThrow().epoch()).isEqualTo(3);
    }
  }

  @Test
  void takesNoMoreThanMayWait() throws Exception {
    try (var server = start(ServerFixture.bounds(1, AMPLE))) {
      brake.at("redis.stage");
      ServerFixture.submit(server, "apply");
      brake.awaitReached();
      ServerFixture.submit(server, "set acme 700");

      var answer = server.intake().submit(ServerFixture.asked("set acme 800"));

      assertThat(answer).isInstanceOf(SubmissionResult.Full.class);
      brake.release();
    }
  }

  @Test
  void recoversAtStartWhatAnAgentThatDiedLeft() throws Exception {
    var dying = world.agent(AgentWire.cut(callOfCommit(), Moment.AFTER));
    try {
      dying.run(world.request("apply"));
    } catch (AgentKilledError e) {
      // as meant
    }
    world.store.expireLeases();
    assertThat(world.store.get(StoreKeys.OPEN)).isPresent();

    try (var _ = start(ServerFixture.bounds(8, AMPLE))) {
      BoundedWait.until(
          "it recovered", ServerFixture.SOON, () -> world.store.get(StoreKeys.OPEN).isEmpty());
    }

    world.laws.checkAtRest();
  }

  @Test
  void recoversWhatAnotherAgentLeavesWhileItServes() throws Exception {
    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      BoundedWait.until("it recovered", ServerFixture.SOON, server::hasRecovered);
      var dying = world.agent(AgentWire.cut(callOfCommit(), Moment.AFTER));
      try {
        dying.run(world.request("apply"));
      } catch (AgentKilledError e) {
        // as meant
      }
      world.store.expireLeases();

      server.maintenance().recoverIfAbandoned();

      BoundedWait.until(
          "it recovered", ServerFixture.SOON, () -> world.store.get(StoreKeys.OPEN).isEmpty());
      assertThat(world.active()).isPresent();
    }
  }

  @Test
  void takesBackOnceWhatWasAskedForAWhile() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.run("set acme 700 for 3600");
    try (var server = startOnTheWorldsClock()) {
      BoundedWait.until("it recovered", ServerFixture.SOON, server::hasRecovered);
      server.maintenance().expireOverlays();
      assertThat(server.executions().waiting()).as("its time isn't over").isEmpty();
      world.time.pass(Duration.ofHours(1));

      server.maintenance().expireOverlays();
      server.maintenance().expireOverlays();

      BoundedWait.until(
          "it is taken back",
          ServerFixture.SOON,
          () -> world.active().orElseThrow().digest().equals(before));
      BoundedWait.until(
          "the change ended", ServerFixture.SOON, () -> world.store.get(StoreKeys.OPEN).isEmpty());
      server.maintenance().expireOverlays();
      assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    }
  }

  @Test
  void takesBackLaterWhatCouldNotBeTakenBackAtOnce() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.run("set acme 700 for 3600");
    world.time.pass(Duration.ofHours(1));
    world.gateway.stop("two"); // before the agent's own round can come
    try (var server = startOnTheWorldsClock()) {
      BoundedWait.until("it recovered", ServerFixture.SOON, server::hasRecovered);
      server.maintenance().expireOverlays();
      ServerFixture.awaitResult(server, tried(server, 0), "ABORTED");
      world.gateway.heal();
      server.maintenance().expireOverlays();
      assertThat(server.executions().waiting()).as("not at each look").isEmpty();
      assertThat(world.active().orElseThrow().digest()).isNotEqualTo(before);
      world.time.pass(Duration.ofMinutes(5));

      server.maintenance().expireOverlays();

      BoundedWait.until(
          "it is taken back",
          ServerFixture.SOON,
          () -> world.active().orElseThrow().digest().equals(before));
    }
  }

  @Test
  void whatIsDueIsBegunInItsTurnAndMayEndWhenTheAgentIsStopped() throws Exception {
    world.run("apply");
    var planned = world.run("set acme 700 at " + world.time.instant().plus(Duration.ofHours(1)));
    world.time.pass(Duration.ofHours(1));
    var clocked = new ExecutorBrake(world.time);
    clocked.at("redis.stage"); // its own round may come first
    try (var server = start(clocked)) {
      BoundedWait.until("it recovered", ServerFixture.SOON, server::hasRecovered);
      server.maintenance().startScheduled();
      clocked.awaitReached();
      server.maintenance().startScheduled();
      assertThat(server.executions().waiting()).as("it is begun once").isEmpty();

      var stopping = Thread.ofVirtual().start(server::stop);
      BoundedWait.until("it stops", ServerFixture.SOON, () -> !server.isAccepting());
      clocked.release();
      stopping.join();
    }

    assertThat(world.active().orElseThrow().change()).isEqualTo(planned.execution());
    assertThat(world.store.get(StoreKeys.OPEN)).isEmpty();
  }

  private AgentServer startOnTheWorldsClock() {
    return start(new ExecutorBrake(world.time));
  }

  private AgentServer start(ExecutorBrake clocked) {
    return AgentServer.start(
        ServerFixture.estate(world, clocked, folder, List.of()), ServerFixture.bounds(8, AMPLE));
  }

  /** The execution that was given to a try of taking the overlay back. */
  private String tried(AgentServer server, int tries) throws InterruptedException {
    var overlay = world.queries().status().expired().getFirst();
    return ((SubmissionResult.Repeated)
            server.intake().submit(OverlayExpiryTask.of(overlay, tries)))
        .execution();
  }

  @Test
  void aSecondAgentFollowsTheFirst() throws Exception {
    var otherBrake = new ExecutorBrake();
    try (var first = start(ServerFixture.bounds(8, AMPLE));
        var second =
            AgentServer.start(
                ServerFixture.estate(world, otherBrake, folder.resolve("second"), List.of()),
                ServerFixture.bounds(8, AMPLE))) {
      brake.at("redis.stage");
      var one = ServerFixture.submit(first, "apply");
      brake.awaitReached();
      var other = ServerFixture.submit(second, "set acme 700");
      BoundedWait.until(
          "the second is at it", ServerFixture.SOON, () -> second.executions().waiting().isEmpty());
      assertThat(ServerFixture.result(second, other)).isNotEqualTo("COMPLETED");

      brake.release();

      ServerFixture.awaitResult(first, one, "COMPLETED");
      ServerFixture.awaitResult(second, other, "COMPLETED");
      assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    }
  }

  @Test
  void givesTheTaskAtWorkItsTimeAndDeclinesThoseThatWait() throws Exception {
    var server = start(ServerFixture.bounds(8, AMPLE));
    brake.at("redis.stage");
    var first = ServerFixture.submit(server, "apply");
    brake.awaitReached();
    var waiting = ServerFixture.submit(server, "set acme 700");

    server.stopAccepting();
    assertThat(server.intake().submit(ServerFixture.asked("apply")))
        .isEqualTo(new SubmissionResult.Closed());
    brake.release();
    server.stop();

    assertThat(ServerFixture.result(server, first)).isEqualTo("COMPLETED");
    assertThat(ServerFixture.result(server, waiting)).isEqualTo("ABORTED");
    assertThat(reason(server, waiting)).contains("stopped before it began");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.store.get("leader")).isEmpty();
  }

  @Test
  void interruptsWhatTakesTooLongAndTheNextStartEndsIt() throws Exception {
    var server = start(ServerFixture.bounds(8, Duration.ofMillis(1)));
    brake.at("redis.stage");
    var cut = ServerFixture.submit(server, "apply");
    brake.awaitReached();

    server.stop();

    assertThat(world.store.get("leader")).as("the lead is given back").isEmpty();
    brake.release();
    try (var next = start(ServerFixture.bounds(8, AMPLE))) {
      ServerFixture.awaitResult(next, cut, "ABORTED");
      assertThat(world.store.get(StoreKeys.OPEN)).isEmpty();
    }
    world.laws.checkAtRest();
  }

  @Test
  void saysAtTheNextStartWhatBecameOfATaskThatNeverBegan() throws Exception {
    var accepted = AcceptedTaskStore.in(folder);
    var request = world.request("apply");
    accepted.keep("arch-2026-11-01-rate-limit-007", request);

    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      ServerFixture.awaitResult(server, "arch-2026-11-01-rate-limit-007", "ABORTED");

      assertThat(reason(server, "arch-2026-11-01-rate-limit-007")).contains("ask again");
      assertThat(world.active()).isEmpty();
    }
    try (var files = Files.list(folder.resolve("accepted"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void takesATaskOnWhoseReservationIsAllThatIsLeftOfIt() throws Exception {
    var asked = TaskSubmission.task("apply", "olivia", false, Optional.of("a key"));
    var owner = HeadSigner.open(folder).publicKey();
    var lost =
        new ExecutionReservations(brake.in(world.ports()), owner)
            .reserve(asked.key("of an earlier process"));

    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      var again = server.intake().submit(asked);
      ServerFixture.awaitResult(server, lost.execution(), "COMPLETED");
      var oncemore = server.intake().submit(asked);

      assertThat(again).isEqualTo(new SubmissionResult.Accepted(lost.execution()));
      assertThat(oncemore).isEqualTo(new SubmissionResult.Repeated(lost.execution()));
    }
  }

  @Test
  void doesNotTakeOnWhatAnotherAgentAccepted() throws Exception {
    var asked = TaskSubmission.task("apply", "olivia", false, Optional.of("a key"));
    var there =
        new ExecutionReservations(brake.in(world.ports()), "another").reserve(asked.key("its"));

    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      assertThat(server.intake().submit(asked))
          .isEqualTo(new SubmissionResult.Repeated(there.execution()));
      assertThat(server.executions().waiting()).isEmpty();
    }
  }

  @Test
  void goesOnAfterAJobThatFailed() throws Exception {
    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      world.store.reachable(false);
      server.intake().decide(new ApprovalDecision("arch-none", "ann", true, "", ""));
      BoundedWait.until(
          "it is over", ServerFixture.SOON, () -> !server.queue().isBusyWith("arch-none"));
      world.store.reachable(true);

      ServerFixture.awaitResult(server, ServerFixture.submit(server, "apply"), "COMPLETED");

      assertThat(server.isAlive()).isTrue();
    }
  }

  @Test
  void pagesExecutionsNewestFirst() throws Exception {
    try (var server = start(ServerFixture.bounds(8, AMPLE))) {
      var one = ServerFixture.submit(server, "apply");
      var two = ServerFixture.submit(server, "set acme 700");
      var three = ServerFixture.submit(server, "set acme 800");
      ServerFixture.awaitResult(server, three, "COMPLETED");

      var page = server.executions().page(2, Optional.empty());
      var rest = server.executions().page(2, page.next());

      assertThat(page.summaries()).extracting("execution_id").containsExactly(three, two);
      assertThat(rest.summaries()).extracting("execution_id").containsExactly(one);
      assertThat(rest.next()).isEmpty();
    }
  }

  private AgentServer start(ServerConfig.Bounds bounds) {
    return AgentServer.start(ServerFixture.estate(world, brake, folder, List.of()), bounds);
  }

  private static String reason(AgentServer server, String execution) {
    return String.valueOf(
        server.executions().document(execution).orElseThrow().fields().get("reason"));
  }

  /** The number of the transaction that commits, counted in a world of its own. */
  private static int callOfCommit() throws InterruptedException {
    var copy = new FakeEstate();
    var wire = AgentWire.whole();
    var commit = new AtomicInteger();
    copy.store.watch(store -> {
      if (store.get(StoreKeys.ACTIVE).isPresent()) {
        commit.compareAndSet(0, wire.calls().size());
      }
    });
    var ended = copy.agent(wire).run(copy.request("apply"));
    assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
    return commit.get();
  }
}
