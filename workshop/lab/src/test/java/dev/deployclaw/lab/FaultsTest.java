package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.fault.FaultKind;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaking and healing a lab by its commands. */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#goesBackWhereAGatewayAsksNobody",
    because = "it inflicts and heals each kind of fault")
class FaultsTest {
  private static final int KEYS = 60;
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir static Path home;

  private static LabEstate lab;

  @BeforeAll
  static void setUp() throws Exception {
    lab = LabEstate.in(home.resolve(".deployclaw/lab"));
    lab.up(2, _ -> {});
  }

  @AfterEach
  void heal() {
    assertThat(call("heal").exit()).isZero();
  }

  @AfterAll
  static void stop() {
    lab.down();
  }

  @Test
  void aKilledPrimaryComesBackOnceItsReplicaHasTakenOver() {
    var held = write();
    var primary = redis().primaries().getFirst();

    call("break", "kill", "redis/node-" + primary.port());
    var healed = call("heal");

    assertThat(healed.exit()).as(healed.err()).isZero();
    assertThat(healed.out().lines())
        .containsExactly(
            "waited until a replica took over from redis/node-" + primary.port(),
            "restarted redis/node-" + primary.port(),
            "the lab is healthy");
    assertThat(redis().replicas()).contains(primary);
    assertThat(read()).isEqualTo(held);
  }

  @Test
  void replicasTakeOverWithoutAVoteWhereTooFewAreLeftToVote() {
    var held = write();
    for (HostPort primary : redis().primaries().subList(0, 2)) {
      call("break", "kill", "redis/node-" + primary.port());
    }

    var healed = call("heal");

    assertThat(healed.exit()).as(healed.err()).isZero();
    assertThat(healed.out()).contains("without a vote", "the lab is healthy");
    assertThat(read()).isEqualTo(held);
  }

  @Test
  void whatCannotBeKeptIsSaidToBeLost() {
    var primary = redis().primaries().getFirst();
    var view = redis().view().orElseThrow();
    view.replicasOf(primary).forEach(r -> call("break", "kill", "redis/node-" + r.port()));
    call("break", "kill", "redis/node-" + primary.port());

    var healed = call("heal");

    assertThat(healed.exit()).as(healed.err()).isZero();
    assertThat(healed.out())
        .contains("what redis/node-" + primary.port() + " held is lost: no replica of it lives");
  }

  @Test
  void statusShowsWhatIsBrokenAndHealingTwiceChangesNothing() {
    var node = "redis/node-" + redis().replicas().getFirst().port();
    assertThat(call("status").out()).contains("no faults");
    call("break", "pause", "nats");
    call("break", "kill", "s3");
    call("break", "skew", node, "-40");

    var status = call("status", "--json").json();
    var shown = call("status").out();
    var first = call("heal", "--json").json();
    var second = call("heal", "--json").json();

    assertThat(status.path("running").asBoolean()).isTrue();
    assertThat(status.path("faults").toString())
        .isEqualTo(
            """
            [{"fault":"pause","target":"nats"},{"fault":"kill","target":"s3"},\
            {"fault":"skew","target":"%s","millis":-40}]\
            """
                .formatted(node));
    assertThat(status.path("processes").toString())
        .contains("\"name\":\"s3\",\"condition\":\"dead\"")
        .contains("\"name\":\"nats\",\"condition\":\"paused\"");
    assertThat(shown).contains("fault: kill s3", "fault: skew " + node + " -40", "lab heal");
    assertThat(first.path("whole").asBoolean()).isTrue();
    assertThat(first.path("done").toString())
        .isEqualTo("[\"resumed nats\",\"restarted s3\",\"undone: skew %s -40\"]".formatted(node));
    assertThat(second.path("done").isEmpty()).isTrue();
    assertThat(call("status", "--json").json().path("faults").isEmpty()).isTrue();
  }

  @Test
  void whatIsWrittenWrongIsAnsweredWithWhatThereIs() {
    var expected =
        new TreeMap<>(
            Map.of(
                "dance etcd", "there is no fault dance; known: kill, pause, cut,",
                "kill nowhere", "nothing here is named nowhere; there are etcd, gateways/gw-01,",
                "kill gateways", "gateways may be any of gateways/gw-01, gateways/gw-02",
                "pause", "write: lab break pause TARGET",
                "skew etcd 40", "etcd has no clock of its own; Redis nodes do",
                "skew redis/node fast", "write: lab break skew NODE MS",
                "unguard gw-01", "gateways/gw-01 asks no service yet",
                "unguard gw-7", "there is no gateway gw-7; there are gateways/gw-01, gateways/gw",
                "wrong-redis edge-xx", "there is no services/edge-xx; there are services/edge-ap",
                "delay etcd 0", "a delay is 1 to 10000 ms, not 0"));

    expected.forEach((words, reason) -> {
      var ran = call(("break --json " + words).split(" ", -1));

      assertThat(ran.exit()).as(words).isEqualTo(2);
      assertThat(ran.json().path("reason").asText()).as(words).startsWith(reason);
      assertThat(ran.err()).as(words).contains("deployclaw: " + reason);
    });
    assertThat(call("status").out()).contains("no faults");
  }

  @Test
  void aDeadTargetCanOnlyBeHealed() {
    call("break", "kill", "nats");

    var ran = call("break", "pause", "nats");

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("nats is dead; bring it back with: deployclaw lab heal");
  }

  @Test
  void helpListsEveryFaultWithAnExample() {
    String help = call("break", "--help").out();

    for (var kind : FaultKind.values()) {
      assertThat(help).contains(kind.usage(), "deployclaw lab break " + kind.example());
      assertThat(kind.example()).startsWith(kind.word() + " ");
    }
  }

  /** Sixty keys over all slots, and what they hold. */
  private static Map<String, String> write() {
    var held = new TreeMap<String, String>();
    for (int i = 0; i < KEYS; i++) {
      held.put("key-" + i, "value-" + i);
    }
    held.forEach((key, value) -> atOwner("SET", key, value));
    BoundedWait.until("replicas hold as much as their primaries", SOON, FaultsTest::inStep);
    return held;
  }

  private static boolean inStep() {
    var cluster = redis();
    var view = cluster.view().orElseThrow();
    return cluster.primaries().stream()
        .allMatch(primary ->
            view.replicasOf(primary).stream()
                .allMatch(replica -> keys(cluster, replica).equals(keys(cluster, primary))));
  }

  private static String keys(RedisCluster cluster, HostPort node) {
    return cluster.node(node).call("DBSIZE");
  }

  private static Map<String, String> read() {
    var held = new TreeMap<String, String>();
    for (int i = 0; i < KEYS; i++) {
      held.put("key-" + i, atOwner("GET", "key-" + i));
    }
    return held;
  }

  private static String atOwner(String... words) {
    var cluster = redis();
    for (var primary : cluster.primaries()) {
      try {
        return cluster.node(primary).call(words);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageStartingWith("MOVED");
      }
    }
    throw new AssertionError("nobody owns " + words[1]);
  }

  private static RedisCluster redis() {
    return RedisCluster.adopt(lab.folder().resolve("redis"));
  }

  private static LabAgent.Ran call(String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var around =
        new CommandEnvironment(home, home, Map.of(), print(out), print(err), OutputMode.PLAIN);
    var all = new ArrayList<>(List.of("lab"));
    all.addAll(List.of(words));
    int exit = CommandLineRunner.run(around, all.toArray(String[]::new));
    return new LabAgent.Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
