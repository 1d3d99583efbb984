package dev.deployclaw.container.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that all agents are given, between its beginning and its first record. */
class SharedTaskTest {
  private static final TaskSubmission TASK =
      TaskSubmission.shared("apply", "olivia", false, "id one");
  private static final String CLAIM = TASK.claim().orElseThrow();

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final ExecutorBrake brake = new ExecutorBrake();
  private final ExecutionReservations another =
      new ExecutionReservations(brake.in(world.ports()), "another");

  @AfterEach
  void nothingIsBroken() {
    assertThat(world.laws.broken()).isEmpty();
  }

  @Test
  void isLeftWithoutARecordWhereAnotherAgentReplacedItBeforeThisOneLed() throws Exception {
    try (var server = start()) {
      String execution;
      try (var lead = lead()) {
        execution = accepted(server);
        BoundedWait.until("it is begun", ServerFixture.SOON, this::isBegun);
        String other = another.reserve(Optional.empty()).execution();
        assertThat(another.replace(CLAIM, execution, other, lead)).isTrue();
      }
      awaitOver(server, execution);

      assertThat(server.executions().hasLog(execution)).isFalse();
      assertThat(server.unfinished().isSettled(execution, CLAIM)).isFalse();
    }
    assertThat(world.active()).isEmpty();
  }

  @Test
  void isLeftWhereTheAgentThatBeganItToldOfItBeforeThisOneLed() throws Exception {
    String begun = another.reserve(TASK.key("its")).execution();
    assertThat(another.begin(CLAIM, begun)).isTrue();
    try (var server = start()) {
      String execution;
      try (var _ = lead()) {
        execution = accepted(server);
        assertThat(execution).isNotEqualTo(begun);
        assertThat(accepted(server)).as("given once more").isEqualTo(execution);
        world.store.put(StoreKeys.auditHead(begun), "{}".getBytes(StandardCharsets.UTF_8));
      }
      awaitOver(server, execution);

      assertThat(server.executions().hasLog(execution)).isFalse();
      assertThat(server.intake().submit(TASK)).isEqualTo(new SubmissionResult.Repeated(begun));
    }
    assertThat(world.active()).isEmpty();
  }

  private AgentServer start() {
    var server =
        AgentServer.start(
            ServerFixture.estate(world, brake, folder, List.of()),
            ServerFixture.bounds(8, Duration.ofSeconds(30)));
    BoundedWait.until("it has recovered", ServerFixture.SOON, server::hasRecovered);
    return server;
  }

  private Leadership lead() throws InterruptedException {
    return LeaderElection.take(world.ports().state(), world.settings("leader"), AgentClock.system())
        .orElseThrow();
  }

  private static String accepted(AgentServer server) throws InterruptedException {
    return ((SubmissionResult.Accepted) server.intake().submit(TASK)).execution();
  }

  private boolean isBegun() {
    return world
        .store
        .get(StoreKeys.taskKey(CLAIM))
        .filter(e -> new String(e.value(), StandardCharsets.UTF_8).contains("\"begun\":true"))
        .isPresent();
  }

  private static void awaitOver(AgentServer server, String execution) {
    BoundedWait.until(
        "it is over", ServerFixture.SOON, () -> !server.queue().isBusyWith(execution));
  }
}
