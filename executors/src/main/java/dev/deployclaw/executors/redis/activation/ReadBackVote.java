package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.activation.RuleComparison.Difference;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vote of every primary <em>and</em> replica: what was staged is read back and compared field
 * by field with what should be there, nothing missing, nothing else. The digest in a YES is that of
 * the set from which the expected fields were derived.
 */
public record ReadBackVote(RedisNodes nodes, FenceCheck fences, VoteCache voted) {
  /** How long a primary waits for its replicas to acknowledge what it wrote. */
  private static final Duration REPLICATION = Duration.ofSeconds(2);

  /** How often a replica that isn't there yet is read again, and the pause between. */
  private static final int MOST_READS = 20;

  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How many tenants that differ are named. */
  private static final int MOST_NAMED = 20;

  public CallOutcome prepare(EpochSpec activation, FencingToken fence) throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    return nodes.each(
        topology.nodes(),
        (node, link) -> {
          if (node.moving()) {
            return MemberReport.no(node.member(), "a slot is being moved from or to this node");
          }
          var owner = topology.owner(node);
          var share = shares.of(owner.orElse(node));
          if (!node.primary()) {
            return vote(node, activation, rereadUntilSame(link, share), Map.of());
          }
          var mark = FenceCheck.mark(activation, fence);
          return link.call(c -> primary(c, node, new Ballot(activation, share, mark, topology)));
        });
  }

  private record Ballot(
      EpochSpec activation, TenantPartition share, FenceMark mark, ClusterTopology topology) {}

  private MemberReport primary(NodeConnection c, Node node, Ballot ballot)
      throws InterruptedException {
    if (!node.slots().isEmpty()) {
      fences.refuseOlder(c, node, ballot.mark());
    }
    long replicas = ballot.topology().replicas(node).stream().filter(r -> !r.failed()).count();
    long acknowledged =
        NodeCommands.number(
            c, "WAIT", Long.toString(replicas), Long.toString(REPLICATION.toMillis()));
    if (acknowledged < replicas) {
      return MemberReport.no(
          node.member(),
          "only %d of %d replicas acknowledged within %d ms"
              .formatted(acknowledged, replicas, REPLICATION.toMillis()));
    }
    var asked = VoteCache.Incarnation.of(c, node);
    var differing = RuleComparison.of(c, ballot.share());
    if (differing.isEmpty()) {
      voted.yes(node, ballot.activation(), asked);
    }
    return vote(node, ballot.activation(), differing, Map.of("replicas", acknowledged));
  }

  /** A replica follows a moment later; only what differs is read again. */
  private static List<Difference> rereadUntilSame(
      ReconnectingConnection link, TenantPartition share) throws InterruptedException {
    List<Difference> differing = link.call(c -> RuleComparison.of(c, share));
    for (int reads = 1; reads < MOST_READS && !differing.isEmpty(); reads++) {
      Thread.sleep(PAUSE);
      TenantPartition again = share.of(differing.stream().map(Difference::tenant).toList());
      differing = link.call(c -> RuleComparison.of(c, again));
    }
    return differing;
  }

  private static MemberReport vote(
      Node node, EpochSpec activation, List<Difference> differing, Map<String, Object> facts) {
    if (differing.isEmpty()) {
      return MemberReport.yes(node.member(), activation.digest(), facts);
    }
    var named = differing.stream().limit(MOST_NAMED).map(d -> d.tenant().tenant()).toList();
    Map<String, Object> all = new HashMap<>(facts);
    all.put("tenants", named);
    all.put("differing", (long) differing.size());
    return MemberReport.no(node.member(), differing.getFirst().reason(), all);
  }
}
