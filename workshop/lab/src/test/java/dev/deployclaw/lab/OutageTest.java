package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Back ends that are away or refuse: before the commit nothing changes, after it all does. */
@Slow(
    guard = "dev.deployclaw.core.change.ChangeFailuresTest",
    because = "it waits until an agent gives a back end up")
class OutageTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);

  private static EstateObserver witness;
  private static int asked;

  @BeforeAll
  static void setUp() throws Exception {
    witness = new EstateObserver(scene);
  }

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void changesNothingWithoutTheCheckpointStore() {
    var before = witness.everything();
    scene.inflict("kill", "s3");

    var ran = scene.run("run", change());

    assertAborted(ran, 10, "checkpoint");
    scene.heal();
    assertUnchanged(before);
  }

  @Test
  void changesNothingWithoutTheStateStore() {
    var before = witness.everything();
    scene.inflict("kill", "etcd");

    var ran = scene.run("run", change());
    var served = scene.gateway("gw-01").ask("acme", "/search/1");

    assertAborted(ran, 10, "state store");
    assertThat(served.status()).isEqualTo(200);
    assertThat(served.header("RateLimit")).isPresent();
    scene.heal();
    assertUnchanged(before);
  }

  @Test
  void changesNothingWhenAPrimaryIsLostBeforeItIsStaged() {
    var before = witness.acts();
    var primary = scene.redis().primaries().getFirst();

    var ran =
        scene.runWith(
            "before redis.stage#1",
            () -> scene.inflict("kill", "redis/node-" + primary.port()),
            "run",
            change());

    assertAborted(ran, 10, "redis/" + primary);
    long lost = ran.json().path("epoch").asLong();
    var change = scene.keys().json("change/" + ran.json().path("execution_id").asText());
    assertThat(change.toString()).contains("redis/" + primary);
    BoundedWait.until("its replica took over", SOON, () -> scene.redis().replaced(primary));
    scene.heal();
    BoundedWait.until("everyone acts as before", SOON, () -> witness.acts().equals(before));
    assertThat(scene.run("run", change()).exit()).isZero();
    assertThat(scene.keys().below("policy/" + lost + "/")).isEmpty();
    assertThat(witness.everything().toString()).doesNotContain(lost + ":#");
  }

  @Test
  void goesOnWithoutTheStreamAndShipsLater() throws Exception {
    scene.inflict("kill", "nats");

    var ran = scene.run("run", change());

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("Records wait for the stream");
    scene.heal();
    var next = scene.run("run", change());
    assertThat(next.exit()).as(next.err()).isZero();
    var trail = new ExecutionRecords(scene, ran.json().path("execution_id").asText());
    assertThat(trail.streamed()).containsExactlyElementsOf(trail.onDisk());
  }

  @Test
  void namesTheGatewayThatRefusesItsFile() throws IOException {
    var before = witness.everything();
    var gateway = scene.gateway("gw-02");
    var config = withBinary(gateway.name(), refusing());

    var ran =
        scene
            .quickAgent(Map.of("DEPLOYCLAW_CONFIG", config.toString()))
            .run("run", change(), "--json");

    assertAborted(ran, 11, gateway.member());
    assertThat(ran.json().path("reason").asText()).contains("this NGINX takes nothing");
    assertUnchanged(before);
  }

  @Test
  void rollsForwardWhenAGatewayWasAwayAfterTheCommit() {
    var gateway = scene.gateway("gw-03");
    String wanted = change();

    var ran =
        scene.runWith(
            "before gateway.publish#1",
            () -> scene.inflict("kill", "gateways/gw-03"),
            "run",
            wanted);

    assertThat(ran.exit()).as(ran.err()).isEqualTo(7);
    assertThat(ran.json().path("result").asText()).isEqualTo("UNKNOWN");
    assertThat(ran.json().path("reason").asText()).contains("pending", gateway.member());
    long epoch = ran.json().path("epoch").asLong();
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    scene.heal();
    var again = scene.run("run", wanted);
    assertThat(again.exit()).as(again.err()).isZero();
    assertThat(again.json().path("result").asText()).isEqualTo("NO_CHANGE");
    assertThat(scene.keys().text("open")).isEmpty();
    witness.assertEveryoneActsOn(epoch, scene.active().path("digest").asText());
  }

  /** A request that changes something, whichever were carried out before. */
  private static String change() {
    asked++;
    return "set tyrell's checkout limit to %d per minute, burst 80".formatted(480 + 6 * asked);
  }

  private static void assertAborted(LabAgent.Ran ran, int exit, String because) {
    assertThat(ran.exit()).as(ran.err()).isEqualTo(exit);
    assertThat(ran.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(ran.json().path("reason").asText()).contains(because);
  }

  private static void assertUnchanged(SortedMap<String, String> before) {
    BoundedWait.cameTrue(SOON, () -> witness.everything().equals(before));
    assertThat(witness.everything()).isEqualTo(before);
  }

  /**
   * A configuration by which a gateway has another parser, and a file to put to it: a new route.
   */
  private static Path withBinary(String gateway, Path binary) throws IOException {
    String line = "  - name: " + gateway + "\n";
    String text = Files.readString(scene.lab().config());
    int from = text.indexOf(line) + line.length();
    String changed =
        text.substring(from)
            .replaceFirst("routes: \\[", "routes: [{prefix: /pay, service: checkout}, ");
    var file = scene.lab().folder().resolve("refusing.yaml");
    return Files.writeString(
        file, text.substring(0, from) + "    binary: \"" + binary + "\"\n" + changed);
  }

  /** The agent starts a parser as a user without rights, who must reach it. */
  private static Path refusing() throws IOException {
    var all = PosixFilePermissions.fromString("rwxr-xr-x");
    var file = Files.setPosixFilePermissions(folder, all).resolve("refusing-nginx");
    Files.writeString(file, "#!/bin/sh\necho this NGINX takes nothing >&2\nexit 1\n");
    return Files.setPosixFilePermissions(file, all);
  }
}
