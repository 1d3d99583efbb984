package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.redis.Loss.Missing;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.executors.sandbox.Mark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what primaries have lost of the committed epoch, and puts it back: a failover to a replica
 * that never got it takes away what was acknowledged. Only what is missing is written: a field by
 * {@code HSETNX}, the library under its fence as every flip does. Repeating it changes nothing.
 */
final class Losses {
  /** How often it starts again after the fence moved under its hands. */
  private static final int MOST_TRIES = 5;

  private final RedisNodes nodes;
  private final Fences fences;

  Losses(RedisNodes nodes, Fences fences) {
    this.nodes = nodes;
    this.fences = fences;
  }

  Outcome lost(Activation activation) throws InterruptedException {
    Topology topology = nodes.wholeTopology();
    var shares = Shares.of(activation, topology);
    return nodes.each(
        topology.primaries(),
        (node, link) ->
            link.call(c -> {
              var loss = Loss.of(c, node, activation, shares.of(node));
              return loss.isNothing()
                  ? Report.yes(node.member(), activation.digest(), Map.of())
                  : Report.no(node.member(), "lost " + loss.words());
            }));
  }

  Outcome reassert(Activation activation, Fence fence) throws InterruptedException {
    Topology topology = nodes.wholeTopology();
    var shares = Shares.of(activation, topology);
    var order =
        new Order(
            activation, Fences.mark(activation, fence), Flip.source(activation, fence), topology);
    return nodes.each(
        topology.primaries(),
        (node, link) -> link.call(c -> reassert(c, node, order, shares.of(node))));
  }

  /** What is to be put back, in whose name. */
  private record Order(Activation activation, Mark mark, String source, Topology topology) {}

  private Report reassert(NodeConnection c, Node node, Order order, Share share)
      throws InterruptedException {
    fences.refuseOlder(c, node, order.mark());
    var loss = Loss.of(c, node, order.activation(), share);
    if (loss.isNothing()) {
      return Report.yes(node.member(), order.activation().digest(), Map.of());
    }
    write(c, loss.fields());
    head(c, node, order);
    var left = Loss.of(c, node, order.activation(), share);
    if (!left.isNothing()) {
      return Report.no(node.member(), "lacks still " + left.words());
    }
    Map<String, Object> facts = new HashMap<>(Flip.facts(c, node, order.topology()));
    facts.put(Call.Reassert.PUT_BACK, loss.words());
    return Report.yes(node.member(), order.activation().digest(), facts);
  }

  private static void write(NodeConnection c, List<Missing> missing) {
    var fields =
        missing.stream()
            .flatMap(m ->
                m.fields().entrySet().stream()
                    .map(f -> Commands.command("HSETNX", m.key(), f.getKey(), f.getValue())))
            .toList();
    Commands.each(c, fields, f -> f, (_, answer) -> Commands.succeed(answer));
  }

  /** Whatever somebody put there meanwhile stays. */
  private void head(NodeConnection c, Node node, Order order) throws InterruptedException {
    String key = NodeState.fenceKey(node);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      Commands.one(c, "WATCH", key);
      fences.refuseOlder(c, node, order.mark());
      if (Loss.head(c, node, order.activation()).isEmpty()) {
        Commands.one(c, "UNWATCH");
        return;
      }
      if (Flip.load(c, key, order.mark(), order.source())) {
        return;
      }
    }
    throw NodeLink.NodeFailed.conflict("the fence keeps moving");
  }
}
