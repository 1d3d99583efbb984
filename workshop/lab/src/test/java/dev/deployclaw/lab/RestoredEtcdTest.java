package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.server.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An etcd that is put back to what it was before a change, while everybody acts on that change. */
@Slow(
    guard = "dev.deployclaw.core.regression.RegressionDetectorTest",
    because = "it restores a real etcd from its backup")
class RestoredEtcdTest extends OwnLabCases {
  private static final String CHANGE = "set hooli's search limit to 1500 per minute, burst 200";
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String OTHER = "set hooli's search limit to 1600 per minute, burst 200";

  private static EstateObserver witness;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    witness = new EstateObserver(scene);
    var first = scene.run("run", DemoCommand.REQUEST);
    assertThat(first.exit()).as(first.err()).isZero();
  }

  @Test
  void stopsEverythingThatWritesUntilAPersonDecides() throws IOException {
    long known = scene.active().path("epoch").asLong();
    String digest = scene.active().path("digest").asText();
    var backup = backUp("first");
    var changed = scene.run("run", CHANGE);
    assertThat(changed.exit()).as(changed.err()).isZero();
    long lost = scene.active().path("epoch").asLong();
    restore(backup);
    var acts = witness.acts();

    var refused =
        List.of(scene.run("run", OTHER), scene.run("rollback", "last"), scene.run("recover"));

    for (var ran : refused) {
      assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(7);
      assertThat(ran.err())
          .contains("REGRESSED", "names epoch " + lost, "none above " + known)
          .contains("recover --accept-regression");
    }
    assertThat(witness.acts()).as("nothing was written").isEqualTo(acts);
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(known);

    var accepted = scene.run("recover", "--accept-regression");

    assertThat(accepted.exit()).as(accepted.out() + accepted.err()).isZero();
    long epoch = scene.active().path("epoch").asLong();
    assertThat(epoch).as("an epoch is never given out again").isGreaterThan(lost);
    witness.assertEveryoneActsOn(epoch, digest);
    var next = scene.run("run", OTHER);
    assertThat(next.exit()).as(next.out() + next.err()).isZero();
  }

  @Test
  void anAgentThatServesAlertsAndWritesNothingUntilAPersonDecides() throws Exception {
    try (var agent = ServingAgent.start(LiveEstate.of(scene.lab(), scene.config()), Map.of())) {
      String digest = scene.active().path("digest").asText();
      var backup = backUp("second");
      for (int limit : new int[] {1_700, 1_800}) {
        agent.awaitResult(submit(agent, limit), "COMPLETED");
      }
      long lost = scene.active().path("epoch").asLong();
      restore(backup);
      var acts = witness.acts();

      var refused = submit(agent, 1_900);

      agent.awaitResult(refused, "FAILED");
      assertThat(agent.get("/v1/executions/" + refused).body())
          .contains("REGRESSED", "names epoch " + lost);
      BoundedWait.until("it alerts", SOON, () -> agent.err().contains("event=\"regressed\""));
      assertThat(witness.acts()).as("nothing was written").isEqualTo(acts);

      var accepted = scene.run("recover", "--accept-regression");

      assertThat(accepted.exit()).as(accepted.out() + accepted.err()).isZero();
      long epoch = scene.active().path("epoch").asLong();
      assertThat(epoch).isGreaterThan(lost);
      witness.assertEveryoneActsOn(epoch, digest);
      agent.awaitResult(submit(agent, 2_000), "COMPLETED");
    }
  }

  private static String submit(ServingAgent agent, int limit) {
    var answer =
        agent.submit("set hooli's search limit to %d per minute, burst 200".formatted(limit));
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.text("execution_id");
  }

  /** A copy of its files while it is down. */
  private static Path backUp(String name) throws IOException {
    var etcd = etcd();
    etcd.daemon().kill();
    var backup = folder.resolve(name);
    copy(data(), backup);
    restart(etcd);
    return backup;
  }

  private static void restore(Path backup) throws IOException {
    var etcd = etcd();
    etcd.daemon().kill();
    TestFiles.delete(data());
    copy(backup, data());
    restart(etcd);
  }

  private static void restart(EtcdServer etcd) {
    etcd.restart();
    etcd.leave();
    scene.heal();
  }

  private static EtcdServer etcd() {
    return EtcdServer.adopt(scene.lab().folder().resolve("etcd"));
  }

  private static Path data() {
    return scene.lab().folder().resolve("etcd/data");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
