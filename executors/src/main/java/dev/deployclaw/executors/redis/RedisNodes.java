package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.redis.NodeLink.NodeFailed;
import dev.deployclaw.executors.redis.Topology.Node;
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
final class RedisNodes implements AutoCloseable {
  private static final String RUN_ID = "run_id:";

  private final RedisSettings settings;
  private final Map<NodeAddress, NodeLink> links = new ConcurrentHashMap<>();

  RedisNodes(RedisSettings settings) {
    this.settings = settings;
  }

  /**
   * The topology as the first node that answers sees it: the seeds first, then whom we met before.
   *
   * @throws NodeFailed when none answers
   */
  Topology topology() throws InterruptedException {
    var candidates = new LinkedHashSet<NodeAddress>();
    settings.seeds().forEach(s -> candidates.add(NodeAddress.parse(s)));
    candidates.addAll(links.keySet());
    Fault last = new Fault.Unavailable("no seed");
    for (NodeAddress candidate : candidates) {
      try {
        return link(candidate).call(c -> ask(c, candidate, settings.tls().isPresent()));
      } catch (NodeFailed e) {
        last = e.fault();
      }
    }
    throw new NodeFailed(
        last instanceof Fault.Denied
            ? last
            : new Fault.Unavailable("none of " + candidates + " answers: " + last.reason()),
        null);
  }

  /**
   * The topology with an id for every node: a server without cluster support has that of its run.
   *
   * @throws NodeFailed when none answers
   */
  Topology identified() throws InterruptedException {
    var topology = topology();
    var only = topology.nodes().getFirst();
    return only.id().isEmpty()
        ? topology.named(link(only.address()).call(RedisNodes::runId))
        : topology;
  }

  private static String runId(Connection connection) {
    return Commands.text(connection, "INFO", "server")
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
  Topology wholeTopology() throws InterruptedException {
    Topology topology = topology();
    long unowned = topology.unowned();
    if (unowned > 0) {
      throw new NodeFailed(new Fault.Unavailable("redis: nobody owns " + unowned + " slots"), null);
    }
    return topology;
  }

  /**
   * Asks the nodes at the same time. A node that has seen something newer ({@link Fault.Conflict})
   * fails the whole call; one that can't be reached reports UNKNOWN, one that denies reports NO.
   */
  Outcome each(List<Node> nodes, Ask ask) throws InterruptedException {
    List<Report> reports = new ArrayList<>();
    try (ExecutorService threads = threads()) {
      List<Callable<Report>> calls = new ArrayList<>();
      nodes.forEach(n -> calls.add(() -> report(n, ask)));
      for (Future<Report> answer : threads.invokeAll(calls)) {
        reports.add(answer.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NodeFailed failed) {
        return Outcome.failed(failed.fault());
      }
      throw new IllegalStateException("a node's call failed unexpectedly", e);
    }
    return Outcome.done(reports);
  }

  @Override
  public void close() {
    links.values().forEach(NodeLink::close);
    links.clear();
  }

  private static ExecutorService threads() {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("redis-", 0).factory());
  }

  private Report report(Node node, Ask ask) throws InterruptedException {
    try {
      return ask.of(node, link(node.address()));
    } catch (NodeFailed e) {
      String reason = e.fault().reason();
      return switch (e.fault()) {
        case Fault.Conflict _ -> throw NodeFailed.conflict(node.member() + ": " + reason);
        case Fault.Unavailable _, Fault.Unknown _ -> Report.unknown(node.member(), reason);
        case Fault.Denied _ -> Report.denied(node.member(), reason);
        case Fault.Ungranted _, Fault.Invalid _ -> Report.no(node.member(), reason);
      };
    }
  }

  private static Topology ask(Connection connection, NodeAddress asked, boolean named) {
    try {
      String nodes = Commands.text(connection, "CLUSTER NODES");
      return named ? Topology.named(nodes, asked) : Topology.parse(nodes, asked);
    } catch (JedisDataException e) {
      if (Commands.clusterDisabled(e)) {
        return Topology.single(asked);
      }
      throw e;
    }
  }

  private NodeLink link(NodeAddress address) {
    return links.computeIfAbsent(address, a -> new NodeLink(a, settings));
  }

  /** What is asked of one node. */
  @FunctionalInterface
  interface Ask {
    Report of(Node node, NodeLink link) throws InterruptedException;
  }
}
