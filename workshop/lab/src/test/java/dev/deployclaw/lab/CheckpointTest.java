package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the checkpoint's object is good for, and that it must be what it was. */
@Slow(
    guard = "dev.deployclaw.core.rollback.SnapshotTakerTest",
    because = "it goes back on a real estate from its checkpoint alone")
class CheckpointTest extends OwnLabCases {
  private static final String CHANGE = "set hooli's search limit to 1500 per minute, burst 200";
  private static final Duration SOON = Duration.ofMinutes(1);

  private static EstateObserver witness;
  private static long epoch;
  private static String digest = "";

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    witness = new EstateObserver(scene);
    var first = scene.run("run", DemoCommand.REQUEST);
    assertThat(first.exit()).as(first.err()).isZero();
  }

  @BeforeEach
  void look() {
    epoch = scene.active().path("epoch").asLong();
    digest = scene.active().path("digest").asText();
  }

  @Test
  void restoresThePredecessorFromTheObjectAlone() {
    var changed = scene.run("run", CHANGE);
    assertThat(changed.exit()).as(changed.err()).isZero();
    assertThat(scene.keys().delete("policy/" + epoch + "/")).isPositive();
    wipe(scene.redis());

    var back = scene.run("rollback", "last");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(back.json().path("result").asText()).isEqualTo("COMPLETED");
    witness.assertEveryoneActsOn(back.json().path("epoch").asLong(), digest);
    var answer = scene.gateway("gw-01").ask("hooli", "/search/1");
    assertThat(answer.header("RateLimit-Policy").orElse("")).contains("q=3000");
  }

  @Test
  void refusesToCommitOnAnAlteredObject() throws IOException {
    var held = scene.run("run", CHANGE + " but wait for my approval");
    assertThat(held.exit()).as(held.err()).isEqualTo(5);
    var before = witness.acts();
    String id = held.json().path("execution_id").asText();
    String sha256 = held.json().path("checkpoint").path("sha256").asText();
    var object = scene.object("checkpoints/" + sha256 + ".json");
    Files.writeString(object, Files.readString(object).replaceFirst("edge-eu", "edge-xx"));

    var approved = scene.run("approve", id);

    assertThat(approved.exit()).as(approved.err()).isEqualTo(11);
    assertThat(approved.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(approved.json().path("reason").asText()).contains("no longer hashes to its name");
    assertThat(witness.acts()).isEqualTo(before);
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    assertThat(scene.keys().below("policy/").keySet())
        .allSatisfy(key -> assertThat(key).startsWith("policy/" + epoch + "/"));
  }

  @Test
  void takesASnapshotOfRealBackEndsThatIsProvenAndChangesNothing() throws IOException {
    var before = witness.acts();
    var taken = scene.run("run", "take a snapshot");
    assertThat(taken.exit()).as(taken.err()).isZero();
    String id = taken.json().path("execution_id").asText();

    var proven = scene.run("checkpoint", "verify", id);

    assertThat(proven.exit()).as(proven.err()).isZero();
    var checkpoint = proven.json().path("checkpoint");
    String sha256 = checkpoint.path("sha256").asText();
    var object = scene.object("checkpoints/" + sha256 + ".json");
    assertThat(Files.size(object)).isEqualTo(checkpoint.path("bytes").asLong());
    assertThat(Files.readString(object)).contains(digest, "redis/", "gw-01");
    assertThat(proven.json().path("rollback").asText()).contains("a snapshot isn't a change");
    assertThat(witness.acts()).isEqualTo(before);
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);

    Files.writeString(object, Files.readString(object).replaceFirst("edge-eu", "edge-xx"));
    var altered = scene.run("checkpoint", "verify", id);
    assertThat(altered.exit()).isEqualTo(8);
    assertThat(altered.json().path("reason").asText()).contains("its object hashes to");
  }

  /** A primary loses everything but its slots, and its replica follows it. */
  private static void wipe(RedisCluster redis) {
    HostPort primary = redis.primaries().getFirst();
    HostPort replica =
        redis.replicas().stream()
            .filter(r -> redis.node(r).call("ROLE").contains("\n" + primary.port() + "\n"))
            .findFirst()
            .orElseThrow();
    redis.node(primary).call("FLUSHALL");
    redis.node(primary).call("FUNCTION", "FLUSH");
    BoundedWait.until(
        replica + " is empty too", SOON, () -> List.of("0", "").equals(holds(redis.node(replica))));
  }

  private static List<String> holds(RedisNode node) {
    return List.of(node.call("DBSIZE"), node.call("FUNCTION", "LIST"));
  }
}
