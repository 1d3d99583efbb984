package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.ImpossibleFaultException;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ways back without a store that they don't need, and a serving agent's loop after a failover. */
@Slow(
    guard = "dev.deployclaw.core.service.LostStateRestorerTest",
    because = "it takes back ends from an estate and waits until an agent is done without")
class LostStoresTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void goesBackWithoutTheCheckpointStoreAndStoresTheCheckpointLater() {
    String before = changed();
    inflict("kill", "s3");

    var back = estate.run("rollback", "last", "--json");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(back.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(back.json().path("checkpoint").path("s3").asText()).isEqualTo("pending");
    String name = back.json().path("checkpoint").path("sha256").asText();
    assertBackTo(before);
    assertThat(kept(name)).exists();
    scene.heal();
    BoundedWait.until(
        "the checkpoint is stored",
        SOON,
        () -> estate.run("recover").exit() == 0 && !Files.exists(kept(name)));
    var verified = estate.run("checkpoint", "verify", "last");
    assertThat(verified.exit()).as(verified.out() + verified.err()).isZero();
    estate.checker().assertWhole();
  }

  @Test
  void goesBackWithoutTheStreamAndShipsItsRecordsLater() {
    String before = changed();
    inflict("kill", "nats");

    var back = estate.run("rollback", "last", "--json");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(back.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(back.err()).contains("Records wait for the stream");
    assertBackTo(before);
    scene.heal();
    assertThat(estate.run("recover").exit()).isZero();
    estate.checker().assertWhole();
  }

  @Test
  void aServingAgentPutsTheLibraryBackThatAFailoverLost() throws Exception {
    String committed = estate.checker().epoch() + "\n" + estate.checker().digest() + "\n";
    var primary = redis().primaries().getFirst();
    var heir = redis().view().orElseThrow().replicasOf(primary).getFirst();
    try (var serving = ServingAgent.start(estate, Map.of("DEPLOYCLAW_WATCH_DRIFT", "1s"))) {
      neverGotTheLibrary(heir);
      inflict("kill", "redis/node-" + primary.port());
      BoundedWait.until("its replica took over", SOON, () -> redis().replaced(primary));

      BoundedWait.until(
          "it decides by the committed epoch again",
          SOON,
          () -> status(heir).startsWith(committed));
      BoundedWait.until(
          "the agent counts it",
          SOON,
          () ->
              serving
                  .get("/metrics")
                  .body()
                  .contains("deployclaw_losses_total{result=\"COMPLETED\"} 1"));
    }
    scene.heal();
    estate.checker().assertWhole();
  }

  /** As if its primary had died before the library was replicated. */
  private static void neverGotTheLibrary(HostPort replica) {
    var node = redis().node(replica);
    node.call("CONFIG", "SET", "replica-read-only", "no");
    node.call("FUNCTION", "FLUSH");
    node.call("CONFIG", "SET", "replica-read-only", "yes");
    assertThat(status(replica)).contains("not found");
  }

  private static String status(HostPort node) {
    try {
      return redis().node(node).call("FCALL_RO", "dc_status", "0");
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Makes a change, and tells the digest of what was there before. */
  private static String changed() {
    String before = estate.checker().digest();
    var change = estate.run("run", estate.change());
    assertThat(change.exit()).as(change.err()).isZero();
    assertThat(estate.checker().digest()).isNotEqualTo(before);
    return before;
  }

  /** Every node, gateway, service and configuration store holds the set of that digest. */
  private static void assertBackTo(String digest) {
    assertThat(estate.checker().digest()).isEqualTo(digest);
    estate.checker().assertWhole();
  }

  private static Path kept(String checkpoint) {
    return estate.config().stateDir().resolve("pending").resolve(checkpoint);
  }

  private static RedisCluster redis() {
    return RedisCluster.adopt(estate.lab().folder().resolve("redis"));
  }

  private static FaultInjector faults() {
    return FaultInjector.in(estate.lab().folder());
  }

  private static void inflict(String... words) {
    try {
      faults().inflict(List.of(words));
    } catch (ImpossibleFaultException e) {
      throw new IllegalStateException(String.join(" ", words), e);
    }
  }
}
