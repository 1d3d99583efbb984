package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.activation.PrimaryLoss.Missing;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.executors.redis.partition.PrimaryPartitions;
import dev.deployclaw.executors.redis.partition.TenantPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what primaries have lost of the committed epoch, and puts it back: a failover to a replica
 * that never got it takes away what was acknowledged. Only what is missing is written: a field by
 * {@code HSETNX}, the library under its fence as every flip does. Repeating it changes nothing.
 */
public record LossRepair(RedisNodes nodes, FenceCheck fences) {
  /** How often it starts again after the fence moved under its hands. */
  private static final int MOST_TRIES = 5;

  public CallOutcome lost(EpochSpec activation) throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    return nodes.each(
        topology.primaries(),
        (node, link) ->
            link.call(c -> {
              var loss = PrimaryLoss.of(c, node, activation, shares.of(node));
              return loss.isNothing()
                  ? MemberReport.yes(node.member(), activation.digest(), Map.of())
                  : MemberReport.no(node.member(), "lost " + loss.words());
            }));
  }

  public CallOutcome reassert(EpochSpec activation, FencingToken fence)
      throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    var order =
        new Order(
            activation,
            FenceCheck.mark(activation, fence),
            EpochActivator.source(activation, fence),
            topology);
    return nodes.each(
        topology.primaries(),
        (node, link) -> link.call(c -> reassert(c, node, order, shares.of(node))));
  }

  /** What is to be put back, in whose name. */
  private record Order(
      EpochSpec activation, FenceMark mark, String source, ClusterTopology topology) {}

  private MemberReport reassert(NodeConnection c, Node node, Order order, TenantPartition share)
      throws InterruptedException {
    fences.refuseOlder(c, node, order.mark());
    var loss = PrimaryLoss.of(c, node, order.activation(), share);
    if (loss.isNothing()) {
      return MemberReport.yes(node.member(), order.activation().digest(), Map.of());
    }
    write(c, loss.fields());
    head(c, node, order);
    var left = PrimaryLoss.of(c, node, order.activation(), share);
    if (!left.isNothing()) {
      return MemberReport.no(node.member(), "lacks still " + left.words());
    }
    Map<String, Object> facts = new HashMap<>(EpochActivator.facts(c, node, order.topology()));
    facts.put(ExecutorCall.Reassert.PUT_BACK, loss.words());
    return MemberReport.yes(node.member(), order.activation().digest(), facts);
  }

  private static void write(NodeConnection c, List<Missing> missing) {
    var fields =
        missing.stream()
            .flatMap(m ->
                m.fields().entrySet().stream()
                    .map(f -> NodeCommands.command("HSETNX", m.key(), f.getKey(), f.getValue())))
            .toList();
    NodeCommands.each(c, fields, f -> f, (_, answer) -> NodeCommands.succeed(answer));
  }

  /** Whatever somebody put there meanwhile stays. */
  private void head(NodeConnection c, Node node, Order order) throws InterruptedException {
    String key = ActivationState.fenceKey(node);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      NodeCommands.one(c, "WATCH", key);
      fences.refuseOlder(c, node, order.mark());
      if (PrimaryLoss.head(c, node, order.activation()).isEmpty()) {
        NodeCommands.one(c, "UNWATCH");
        return;
      }
      if (EpochActivator.load(c, key, order.mark(), order.source())) {
        return;
      }
    }
    throw ReconnectingConnection.NodeFailed.conflict("the fence keeps moving");
  }
}
