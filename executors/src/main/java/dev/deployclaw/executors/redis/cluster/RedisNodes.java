package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection.NodeFailed;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The links to a cluster's nodes. Asks several of them at the same time, each on a virtual thread,
 * and turns what a node could not do into that node's report. Calls may come from several threads.
 */
public final class RedisNodes implements AutoCloseable {
  private static final String RUN_ID = "run_id:";

  private final RedisSettings settings;
  private final Map<NodeAddress, ReconnectingConnection> links = new ConcurrentHashMap<>();

  public RedisNodes(RedisSettings settings) {
    this.settings = settings;
  }

  /**
   * The topology as the first node that answers sees it: the seeds first, then whom we met before.
   *
   * @throws NodeFailed when none answers
   */
  public ClusterTopology topology() throws InterruptedException {
    var candidates = new LinkedHashSet<NodeAddress>();
    settings.seeds().forEach(s -> candidates.add(NodeAddress.parse(s)));
    candidates.addAll(links.keySet());
    CallFault last = new CallFault.Unavailable("no seed");
    for (NodeAddress candidate : candidates) {
      try {
        return link(candidate).call(c -> ask(c, candidate, settings.tls().isPresent()));
      } catch (NodeFailed e) {
        last = e.fault();
      }
    }
    throw new NodeFailed(
        last instanceof CallFault.Denied
            ? last
            : new CallFault.Unavailable("none of " + candidates + " answers: " + last.reason()),
        null);
  }

  /**
   * The topology with an id for every node: a server without cluster support has that of its run.
   *
   * @throws NodeFailed when none answers
   */
  public ClusterTopology identified() throws InterruptedException {
    var topology = topology();
    var only = topology.nodes().getFirst();
    return only.id().isEmpty()
        ? topology.named(link(only.address()).call(RedisNodes::runId))
        : topology;
  }

  private static String runId(Connection connection) {
    return NodeCommands.text(connection, "INFO", "server")
        .lines()
        .filter(line -> line.startsWith(RUN_ID))
        .map(line -> line.substring(RUN_ID.length()).strip())
        .findFirst()
        .orElse("");
  }

  /**
   * The topology, if every slot has an owner: whose slot has none would be passed over.
   *
   * @throws NodeFailed when a slot has none, or no node answers
   */
  public ClusterTopology wholeTopology() throws InterruptedException {
    ClusterTopology topology = topology();
    long unowned = topology.unowned();
    if (unowned > 0) {
      throw new NodeFailed(
          new CallFault.Unavailable("redis: no node owns " + unowned + " slots"), null);
    }
    return topology;
  }

  /**
   * Asks the nodes at the same time. A node that has seen something newer ({@link
   * CallFault.Conflict}) fails the whole call; one that can't be reached reports UNKNOWN, one that
   * denies reports NO.
   */
  public CallOutcome each(List<Node> nodes, Ask ask) throws InterruptedException {
    List<MemberReport> reports = new ArrayList<>();
    try (ExecutorService threads = threads()) {
      List<Callable<MemberReport>> calls = new ArrayList<>();
      nodes.forEach(n -> calls.add(() -> report(n, ask)));
      for (Future<MemberReport> answer : threads.invokeAll(calls)) {
        reports.add(answer.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NodeFailed failed) {
        return CallOutcome.failed(failed.fault());
      }
      throw new IllegalStateException("a call to a node failed unexpectedly", e);
    }
    return CallOutcome.done(reports);
  }

  @Override
  public void close() {
    links.values().forEach(ReconnectingConnection::close);
    links.clear();
  }

  private static ExecutorService threads() {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("redis-", 0).factory());
  }

  private MemberReport report(Node node, Ask ask) throws InterruptedException {
    try {
      return ask.of(node, link(node.address()));
    } catch (NodeFailed e) {
      String reason = e.fault().reason();
      return switch (e.fault()) {
        case CallFault.Conflict _ -> throw NodeFailed.conflict(node.member() + ": " + reason);
        case CallFault.Unavailable _, CallFault.Unknown _ ->
            MemberReport.unknown(node.member(), reason);
        case CallFault.Denied _ -> MemberReport.denied(node.member(), reason);
        case CallFault.Ungranted _, CallFault.Invalid _ -> MemberReport.no(node.member(), reason);
      };
    }
  }

  private static ClusterTopology ask(Connection connection, NodeAddress asked, boolean named) {
    try {
      String nodes = NodeCommands.text(connection, "CLUSTER NODES");
      return named ? ClusterTopology.named(nodes, asked) : ClusterTopology.parse(nodes, asked);
    } catch (JedisDataException e) {
      if (NodeCommands.clusterDisabled(e)) {
        return ClusterTopology.single(asked);
      }
      throw e;
    }
  }

  private ReconnectingConnection link(NodeAddress address) {
    return links.computeIfAbsent(address, a -> new ReconnectingConnection(a, settings));
  }

  @FunctionalInterface
  public interface Ask {
    MemberReport of(Node node, ReconnectingConnection link) throws InterruptedException;
  }
}
