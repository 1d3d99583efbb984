package dev.deployclaw.container.serve;

import static org.assertj.core.api.Assertions.assertThat;

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
class WatchedTaskTest {
  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final Brake brake = new Brake(world.time);

  @Test
  void whoWaitsIsToldForWhatAndReadsAndTheKillSwitchGoOn() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    try (var sidecar =
        Sidecar.start(
            Desks.estate(world, brake, folder, List.of()),
            Desks.bounds(8, Duration.ofSeconds(30)))) {
      brake.at("ratelimit.usage");
      var canary = Desks.submit(sidecar, "apply canary 40 bake 3600");
      brake.awaitReached();
      var waits = Desks.submit(sidecar, "only acme");
      var behind = Desks.submit(sidecar, "only zenith");
      sidecar.look();

      assertThat(reason(sidecar, waits))
          .contains(
              "waits for the end of " + canary, "a canary that is watched until 2026-11-01T13")
          .doesNotContain("before it");
      assertThat(reason(sidecar, behind)).contains("and for 1 before it");
      assertThat(sidecar.looks().policies().get("epoch")).isEqualTo(1L);
      assertThat(world.agent().freeze("olivia", "incident").exit()).isEqualTo(ExitCode.OK);

      brake.release();

      Desks.awaitResult(sidecar, canary, "ROLLED_BACK");
      BoundedWait.until(
          "the next one has its turn",
          Desks.SOON,
          () -> !Desks.result(sidecar, behind).equals(Executions.QUEUED));
    }
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).isEmpty();
  }

  private static String reason(Sidecar sidecar, String execution) {
    return String.valueOf(
        sidecar.executions().document(execution).orElseThrow().fields().get("reason"));
  }
}
