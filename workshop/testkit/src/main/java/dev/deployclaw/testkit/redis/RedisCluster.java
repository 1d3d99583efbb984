package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A Redis Cluster whose nodes are processes of this machine, each in {@code node-<port>} below the
 * cluster's folder. Slots are dealt evenly; replica i follows primary i modulo the number of
 * primaries. Roles are asked of the nodes each time, since a failover changes them. What a node
 * says to the others comes from an address of its own, so that a firewall can tell one link from
 * another.
 */
public final class RedisCluster implements LocalServer {
  private static final int SLOTS = 16_384;
  private static final int NODE_TIMEOUT_MILLIS = 2_000;

  /** Well below Redis' own minute, so that a link that was cut is soon seen to be down. */
  private static final int REPLICATION_TIMEOUT_SECONDS = 10;

  private static final int REPLICATION_PING_SECONDS = 1;
  private static final Duration FORMED = Duration.ofSeconds(90);
  private static final String PREFIX = "node-";

  private final List<RedisNode> nodes;

  private RedisCluster(List<RedisNode> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /** Returns when every node says that the cluster is whole and every replica is in step. */
  public static RedisCluster start(Path folder, int primaries, int replicasEach) {
    return start(folder, primaries, replicasEach, _ -> Map.of());
  }

  /**
   * Gives each node's process an environment, such as that of {@link SkewedClock}, by its folder.
   */
  public static RedisCluster start(
      Path folder,
      int primaries,
      int replicasEach,
      Function<Path, Map<String, String>> environment) {
    if (primaries < 3 || replicasEach < 0) {
      throw new IllegalArgumentException("a cluster has at least three primaries");
    }
    List<RedisNode> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < primaries * (1 + replicasEach); i++) {
        nodes.add(spawn(folder, environment));
      }
      nodes.forEach(RedisNode::awaitReady);
      form(nodes, primaries);
    } catch (RuntimeException e) {
      nodes.forEach(RedisNode::close);
      throw e;
    }
    return new RedisCluster(nodes);
  }

  public static RedisCluster adopt(Path folder) {
    try (Stream<Path> folders = Files.list(folder)) {
      return new RedisCluster(
          folders
              .filter(path -> path.getFileName().toString().startsWith(PREFIX))
              .sorted()
              .map(RedisNode::adopt)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<HostPort> nodes() {
    return nodes.stream().map(RedisNode::address).toList();
  }

  /** The nodes that say now that they are primaries; those that do not answer are left out. */
  public List<HostPort> primaries() {
    return withRole("master");
  }

  public List<HostPort> replicas() {
    return withRole("slave");
  }

  public RedisNode node(HostPort address) {
    return nodes.stream()
        .filter(node -> node.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no node at " + address));
  }

  /** A command at the primary that owns its key; the others refuse it by MOVED. */
  public void callOwner(String... words) {
    if (primaries().stream().map(this::node).noneMatch(node -> takes(node, words))) {
      throw new IllegalStateException("no primary took " + words[0] + " " + words[1]);
    }
  }

  private static boolean takes(RedisNode node, String... words) {
    try {
      node.call(words);
      return true;
    } catch (IllegalStateException e) {
      if (String.valueOf(e.getMessage()).startsWith("MOVED")) {
        return false;
      }
      throw e;
    }
  }

  /** What the first node that answers sees; empty when none does. */
  public Optional<RedisClusterView> view() {
    return nodes.stream().flatMap(node -> viewOf(node).stream()).findFirst();
  }

  private static Optional<RedisClusterView> viewOf(RedisNode node) {
    boolean answers =
        node.daemon().alive() && !node.daemon().paused() && node.answers("PONG"::equals, "PING");
    return answers
        ? Optional.of(RedisClusterView.parse(node.call("CLUSTER", "NODES")))
        : Optional.empty();
  }

  /** Whether every node that answers sees another owner of a dead primary's slots. */
  public boolean replaced(HostPort dead) {
    var views = nodes.stream().flatMap(node -> viewOf(node).stream()).toList();
    return !views.isEmpty() && views.stream().noneMatch(view -> view.ownsSlots(dead));
  }

  public void kill(HostPort address) {
    node(address).daemon().kill();
  }

  public void pause(HostPort address) {
    node(address).daemon().pause();
  }

  public void resume(HostPort address) {
    node(address).daemon().resume();
  }

  public void restart(HostPort address) {
    node(address).restart();
  }

  public void awaitWhole(Duration atMost) {
    BoundedWait.until(
        "the cluster is healthy", atMost, () -> nodes.stream().allMatch(this::inStep));
  }

  @Override
  public List<DaemonHandle> daemons() {
    return nodes.stream().map(RedisNode::daemon).toList();
  }

  private static RedisNode spawn(Path folder, Function<Path, Map<String, String>> environment) {
    int port = FreePortFinder.free();
    Path nodeFolder = folder.resolve(PREFIX + port);
    List<String> lines =
        List.of(
            "cluster-enabled yes",
            "cluster-port " + FreePortFinder.free(),
            "cluster-config-file nodes.conf",
            "cluster-node-timeout " + NODE_TIMEOUT_MILLIS,
            "cluster-announce-ip " + HostPort.LOOPBACK,
            "replica-announce-ip " + HostPort.LOOPBACK,
            "bind-source-addr " + RedisNode.source(port),
            "repl-ping-replica-period " + REPLICATION_PING_SECONDS,
            "repl-timeout " + REPLICATION_TIMEOUT_SECONDS,
            "cluster-require-full-coverage no");
    return RedisNode.spawn(
        nodeFolder, new RedisNode.Options(port, lines, environment.apply(nodeFolder)));
  }

  /** Deals the slots, introduces everybody to everybody, then appoints the replicas. */
  private static void form(List<RedisNode> nodes, int primaries) {
    for (int i = 0; i < primaries; i++) {
      int first = SLOTS * i / primaries;
      int last = SLOTS * (i + 1) / primaries - 1;
      nodes.get(i).call("CLUSTER", "ADDSLOTSRANGE", "" + first, "" + last);
      nodes.get(i).call("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
    }
    for (RedisNode node : nodes) {
      nodes.forEach(other -> introduce(node, other));
    }
    RedisCluster cluster = new RedisCluster(nodes);
    BoundedWait.until(
        "the nodes know each other", FORMED, () -> nodes.stream().allMatch(cluster::knows));
    for (int i = primaries; i < nodes.size(); i++) {
      String primary = nodes.get(i % primaries).call("CLUSTER", "MYID");
      nodes.get(i).call("CLUSTER", "REPLICATE", primary);
    }
    cluster.awaitWhole(FORMED);
  }

  private static void introduce(RedisNode node, RedisNode other) {
    if (node != other) {
      String busPort = other.call("CONFIG", "GET", "cluster-port").split("\n", -1)[1];
      HostPort address = other.address();
      node.call("CLUSTER", "MEET", address.host(), "" + address.port(), busPort);
    }
  }

  private boolean knows(RedisNode node) {
    return node.answers(
        lines -> lines.lines().count() == nodes.size() && !lines.contains("handshake"),
        "CLUSTER",
        "NODES");
  }

  private boolean inStep(RedisNode node) {
    return node.answers(
            cluster ->
                cluster.contains("cluster_state:ok")
                    && cluster.contains("cluster_slots_ok:" + SLOTS)
                    && cluster.contains("cluster_known_nodes:" + nodes.size()),
            "CLUSTER",
            "INFO")
        && node.answers(
            replication ->
                replication.contains("role:master")
                    || replication.contains("master_link_status:up"),
            "INFO",
            "replication");
  }

  private List<HostPort> withRole(String role) {
    return nodes.stream()
        .filter(node -> node.answers(reply -> reply.startsWith(role + "\n"), "ROLE"))
        .map(RedisNode::address)
        .toList();
  }
}
