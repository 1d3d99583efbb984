package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.HealReport;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.network.PacketFirewall;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.SystemTool;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Links of a lab that are cut or slow: it does what it says, and nothing of it stays. */
@Slow(
    guard = "dev.deployclaw.testkit.network.PacketFirewallTest",
    because = "it waits until real servers notice that a link is cut")
class LinkTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final int SHORT_MILLIS = 700;
  private static final int DELAY_MILLIS = 120;
  private static final int SAMPLES = 3;
  private static final int MOST_KEYS = 100;

  private static int written;

  @BeforeAll
  static void setUp() throws Exception {
    var obstacle = PacketFirewall.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no rules here: " + obstacle.orElse(""));
  }

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void aCutServerIsReachedByNobodyAndTheOthersAre() throws Exception {
    var servers = servers();
    for (String cut : List.of("etcd", "nats", "s3", "services/edge-us", "gateways/gw-02")) {
      scene.inflict("cut", cut);

      servers.forEach((name, address) ->
          assertThat(answers(address))
              .as(name + " while " + cut + " is cut")
              .isEqualTo(!name.equals(cut)));
      var chain = chain();
      assertThat(faults().current()).extracting(f -> f.text()).containsExactly("cut " + cut);

      var healed = faults().heal();

      assertThat(healed)
          .isEqualTo(new HealReport(List.of("undone: cut " + cut), List.of(), List.of()));
      assertThat(answers(server(cut))).as(cut + " after healing").isTrue();
      assertNothingIsLeft(chain);
    }
  }

  @Test
  void aCutPrimaryIsReplacedAndFollowsOnceItIsHealed() throws Exception {
    var cluster = scene.redis();
    var primary = cluster.primaries().getFirst();
    var heir = cluster.view().orElseThrow().replicasOf(primary).getFirst();
    scene.inflict("cut", "redis/node-" + primary.port());

    assertThat(answers(primary)).isFalse();
    BoundedWait.until(
        "it is replaced", SOON, () -> cluster.node(heir).call("ROLE").startsWith("master"));
    faults().heal();

    assertThat(cluster.node(primary).call("ROLE").lines())
        .startsWith("slave")
        .contains("" + heir.port());
  }

  @Test
  void aCutReplicationKeepsBothNodesAndLosesWhatIsWritten() throws Exception {
    var pair = pair();
    assertThat(replicated(pair)).isLessThan(SOON.toMillis());
    scene.inflict(List.of("cut", pair.first(), pair.second()));

    write(pair.primary());
    BoundedWait.until(
        "the link is down", SOON, () -> info(pair).contains("master_link_status:down"));

    assertThat(keys(pair.replica())).isEqualTo(keys(pair.primary()) - 1);
    assertThat(pair.primary().call("CLUSTER", "INFO")).contains("cluster_state:ok");
    assertThat(pair.replica().call("CLUSTER", "INFO")).contains("cluster_state:ok");
    assertThat(pair.primary().call("ROLE")).startsWith("master");
    assertThat(faults().current()).hasSize(1);

    var chain = chain();
    faults().heal();

    assertThat(info(pair)).contains("master_link_status:up");
    assertThat(keys(pair.replica())).isEqualTo(keys(pair.primary()));
    assertNothingIsLeft(chain);
  }

  @Test
  void aDelayedServerAnswersSoMuchLater() throws Exception {
    var etcd = server("etcd");
    var nats = server("nats");
    assertThat(opened(etcd)).isLessThan(DELAY_MILLIS);

    scene.inflict(List.of("delay", "etcd", "" + DELAY_MILLIS));

    assertThat(opened(etcd)).isGreaterThanOrEqualTo(DELAY_MILLIS);
    assertThat(opened(nats)).isLessThan(DELAY_MILLIS);
    var chain = chain();
    var process = DaemonProcess.adoptAll(scene.lab().folder().resolve("faults"));
    assertThat(process).hasSize(1).allMatch(DaemonProcess::alive);
    assertThatThrownBy(() -> faults().inflict(List.of("delay", "etcd", "5")))
        .hasMessageContaining("there is already: delay etcd");

    faults().heal();

    assertThat(opened(etcd)).isLessThan(DELAY_MILLIS);
    assertThat(process).noneMatch(DaemonProcess::alive);
    assertNothingIsLeft(chain);
  }

  @Test
  void aDelayedReplicationMakesReplicasLateAndNobodyElse() throws Exception {
    var pair = pair();
    assertThat(replicated(pair)).isLessThan(DELAY_MILLIS);

    scene.inflict(List.of("delay", pair.second(), pair.first(), "" + DELAY_MILLIS));

    assertThat(replicated(pair)).isGreaterThanOrEqualTo(DELAY_MILLIS);
    assertThat(opened(pair.primary().address())).isLessThan(DELAY_MILLIS);
    assertThat(opened(pair.replica().address())).isLessThan(DELAY_MILLIS);

    faults().heal();

    assertThat(replicated(pair)).isLessThan(DELAY_MILLIS);
  }

  @Test
  void aMuteServerDoesWhatItIsToldAndADeafOneDoesNot() throws Exception {
    var log = scene.gateway("gw-01").entry().front().accessLog();
    try (var mute = open(server("gateways/gw-01"));
        var deaf = open(server("gateways/gw-01"))) {
      scene.inflict("mute", "gateways/gw-01");
      ask(mute, "/while-mute");
      BoundedWait.until("it was told", SOON, () -> logged(log, "/while-mute"));

      assertThatThrownBy(() -> mute.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      faults().heal();
      mute.setSoTimeout(Math.toIntExact(SOON.toMillis()));

      assertThat(mute.getInputStream().read()).as("sent again").isEqualTo('H');
      scene.inflict("deafen", "gateways/gw-01");
      ask(deaf, "/while-deaf");
      assertThatThrownBy(() -> deaf.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(logged(log, "/while-deaf")).isFalse();
      assertThat(faults().current())
          .extracting(f -> f.text())
          .containsExactly("deafen gateways/gw-01");
      faults().heal();

      BoundedWait.until("it is told late", SOON, () -> logged(log, "/while-deaf"));
    }
  }

  @Test
  void onlyNodesThatReplicateHaveALinkOfTheirOwn() {
    var primaries = scene.redis().primaries();
    String one = "redis/node-" + primaries.getFirst().port();
    String other = "redis/node-" + primaries.getLast().port();

    assertThatThrownBy(() -> faults().inflict(List.of("cut", one, other)))
        .hasMessageContaining("don't replicate each other")
        .hasMessageContaining(" follows " + one);
    assertThatThrownBy(() -> faults().inflict(List.of("cut", "etcd", "nats")))
        .hasMessageContaining("only two Redis nodes");
    assertThat(faults().current()).isEmpty();
  }

  @Test
  void whatAnotherProcessCutIsTakenBackWithTheLab() throws Exception {
    var lab = LabEstate.in(folder.resolve("other/.deployclaw/lab"));
    lab.up(1, _ -> {});
    try {
      var agent =
          new LabAgent(
              lab, Map.of("JAVA_TOOL_OPTIONS", "-Ddeployclaw.home=" + folder.resolve("other")));
      var cut = agent.run("lab", "break", "cut", "etcd", "--json");
      var slow = agent.run("lab", "break", "delay", "nats", "30", "--json");
      assertThat(cut.exit()).as(cut.err()).isZero();
      assertThat(slow.exit()).as(slow.err()).isZero();
      var chain = PacketFirewall.of(lab.folder().resolve("faults"));
      var rules = chain.rules();
      scene.inflict("cut", "nats");
      var mine = chain();

      assertThat(rules).hasSize(3);
      lab.down();

      assertNothingIsLeft(name(rules));
      assertThat(rules(mine)).isNotEmpty();
      assertThat(Files.exists(lab.folder())).isFalse();
    } finally {
      lab.down();
    }
  }

  /** A primary and its replica, and how people call the two. */
  private record Pair(RedisNode primary, RedisNode replica) {
    String first() {
      return "redis/node-" + primary.address().port();
    }

    String second() {
      return "redis/node-" + replica.address().port();
    }
  }

  private static Pair pair() {
    RedisCluster cluster = scene.redis();
    var primary = cluster.primaries().getFirst();
    var replica = cluster.view().orElseThrow().replicasOf(primary).getFirst();
    return new Pair(cluster.node(primary), cluster.node(replica));
  }

  private static Socket open(HostPort address) throws IOException {
    var socket = new Socket(address.host(), address.port());
    socket.setSoTimeout(SHORT_MILLIS);
    return socket;
  }

  private static void ask(Socket server, String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: acme.lab.test\r\n\r\n";
    server.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean logged(Path log, String path) {
    return Failable.get(() -> Files.readString(log).contains(path));
  }

  /** Writes a new key, whichever of some the node takes: the others lie in slots of others. */
  private static void write(RedisNode primary) {
    written++;
    for (int i = 0; i < MOST_KEYS; i++) {
      try {
        primary.call("SET", "new-" + written + "-" + i, "1");
        return;
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageStartingWith("MOVED");
      }
    }
    throw new AssertionError(primary.address() + " takes no key");
  }

  private static long keys(RedisNode node) {
    return Long.parseLong(node.call("DBSIZE"));
  }

  private static FaultInjector faults() {
    return FaultInjector.in(scene.lab().folder());
  }

  private static Map<String, HostPort> servers() {
    var out = new TreeMap<String, HostPort>();
    var config = scene.config();
    out.put("etcd", address(config.etcd().endpoints().getFirst()));
    out.put("nats", address(config.nats().url()));
    out.put("s3", address(config.s3().endpoint()));
    config.services().forEach(s -> out.put("services/" + s.namespace(), address(s.url())));
    scene.gateways().forEach(g -> out.put("gateways/" + g.name(), g.address()));
    return out;
  }

  private static HostPort server(String name) {
    return Objects.requireNonNull(servers().get(name), name);
  }

  private static HostPort address(String url) {
    var uri = URI.create(url);
    return new HostPort(uri.getHost(), uri.getPort());
  }

  /** False when nothing at all comes back: a server that is gone would refuse. */
  private static boolean answers(HostPort address) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), SHORT_MILLIS);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(address.toString(), e);
    }
  }

  /** The least time that opening a connection took. */
  private static long opened(HostPort address) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < SAMPLES; i++) {
      long from = System.nanoTime();
      try (var _ = new Socket(address.host(), address.port())) {
        best = Math.min(best, System.nanoTime() - from);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return Duration.ofNanos(best).toMillis();
  }

  /** The least time until a write was at the replica. */
  private static long replicated(Pair pair) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < SAMPLES; i++) {
      write(pair.primary());
      long from = System.nanoTime();
      BoundedWait.until(
          "the write is there", SOON, () -> keys(pair.replica()) == keys(pair.primary()));
      best = Math.min(best, System.nanoTime() - from);
    }
    return Duration.ofNanos(best).toMillis();
  }

  private static String info(Pair pair) {
    return pair.replica().call("INFO", "replication");
  }

  private static String chain() throws PacketFirewall.FirewallException {
    return name(PacketFirewall.of(scene.lab().folder().resolve("faults")).rules());
  }

  private static String name(List<String> rules) {
    assertThat(rules).isNotEmpty();
    return rules.getFirst().replaceFirst(".*(DEPLOYCLAW-\\w+).*", "$1");
  }

  private static List<String> rules(String chain) {
    return SystemTool.must("iptables", "-w", "10", "-S")
        .lines()
        .filter(line -> line.contains(chain))
        .toList();
  }

  private static void assertNothingIsLeft(String chain) {
    assertThat(rules(chain)).isEmpty();
    assertThat(DaemonProcess.adoptAll(scene.lab().folder().resolve("faults"))).isEmpty();
  }
}
