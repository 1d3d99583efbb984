package dev.deployclaw.container.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A canary that bakes in a process that serves: others wait for it, and only tasks do. */
class SoakingTaskTest {
  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final ExecutorBrake brake = new ExecutorBrake(world.time);

  @Test
  void whoWaitsIsToldForWhatAndReadsAndTheKillSwitchGoOn() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    try (var server =
        AgentServer.start(
            ServerFixture.estate(world, brake, folder, List.of()),
            ServerFixture.bounds(8, Duration.ofSeconds(30)))) {
      brake.at("ratelimit.usage");
      var canary = ServerFixture.submit(server, "apply canary 40 bake 3600");
      brake.awaitReached();
      var waits = ServerFixture.submit(server, "only acme");
      var behind = ServerFixture.submit(server, "only zenith");
      server.sampleHealth();

      assertThat(reason(server, waits))
          .contains(
              "waits for the end of " + canary,
              "a canary that is watched until at least 2026-11-01T13")
          .doesNotContain("before it");
      assertThat(reason(server, behind)).contains("and for 1 before it");
      assertThat(server.estate().policies().get("epoch")).isEqualTo(1L);
      assertThat(world.agent().freeze("olivia", "incident").exit()).isEqualTo(ExitCode.OK);

      brake.release();

      ServerFixture.awaitResult(server, canary, "ROLLED_BACK");
      BoundedWait.until(
          "the next one has its turn",
          ServerFixture.SOON,
          () -> !ServerFixture.result(server, behind).equals(ExecutionQueries.QUEUED));
    }
    world.assertAtRest();
  }

  private static String reason(AgentServer server, String execution) {
    return String.valueOf(
        server.executions().document(execution).orElseThrow().fields().get("reason"));
  }
}
