package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.redis.Comparison.Difference;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.executors.sandbox.Mark;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vote of every primary <em>and</em> replica: what was staged is read back and compared field
 * by field with what should be there, nothing missing, nothing else. The digest in a YES is that of
 * the set from which the expected fields were derived.
 */
final class ReadBack {
  /** How long a primary waits for its replicas to acknowledge what it wrote. */
  private static final Duration REPLICATION = Duration.ofSeconds(2);

  /** How often a replica that isn't there yet is read again, and the pause between. */
  private static final int MOST_READS = 20;

  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How many tenants that differ are named. */
  private static final int MOST_NAMED = 20;

  private final RedisNodes nodes;
  private final Fences fences;
  private final Voted voted;

  ReadBack(RedisNodes nodes, Fences fences, Voted voted) {
    this.nodes = nodes;
    this.fences = fences;
    this.voted = voted;
  }

  Outcome prepare(Activation activation, Fence fence) throws InterruptedException {
    Topology topology = nodes.wholeTopology();
    var shares = Shares.of(activation, topology);
    return nodes.each(
        topology.nodes(),
        (node, link) -> {
          if (node.moving()) {
            return Report.no(node.member(), "a slot is being moved from or to this node");
          }
          var owner = topology.owner(node);
          var share = shares.of(owner.orElse(node));
          if (!node.primary()) {
            return vote(node, activation, rereadUntilSame(link, share), Map.of());
          }
          var mark = Fences.mark(activation, fence);
          return link.call(c -> primary(c, node, new Ballot(activation, share, mark, topology)));
        });
  }

  private record Ballot(Activation activation, Share share, Mark mark, Topology topology) {}

  private Report primary(NodeConnection c, Node node, Ballot ballot) throws InterruptedException {
    if (!node.slots().isEmpty()) {
      fences.refuseOlder(c, node, ballot.mark());
    }
    long replicas = ballot.topology().replicas(node).stream().filter(r -> !r.failed()).count();
    long acknowledged =
        Commands.number(c, "WAIT", Long.toString(replicas), Long.toString(REPLICATION.toMillis()));
    if (acknowledged < replicas) {
      return Report.no(
          node.member(),
          "only %d of %d replicas acknowledged within %d ms"
              .formatted(acknowledged, replicas, REPLICATION.toMillis()));
    }
    var asked = Voted.Incarnation.of(c, node);
    var differing = Comparison.of(c, ballot.share());
    if (differing.isEmpty()) {
      voted.yes(node, ballot.activation(), asked);
    }
    return vote(node, ballot.activation(), differing, Map.of("replicas", acknowledged));
  }

  /** A replica follows a moment later; only what differs is read again. */
  private static List<Difference> rereadUntilSame(NodeLink link, Share share)
      throws InterruptedException {
    List<Difference> differing = link.call(c -> Comparison.of(c, share));
    for (int reads = 1; reads < MOST_READS && !differing.isEmpty(); reads++) {
      Thread.sleep(PAUSE);
      Share again = share.of(differing.stream().map(Difference::tenant).toList());
      differing = link.call(c -> Comparison.of(c, again));
    }
    return differing;
  }

  private static Report vote(
      Node node, Activation activation, List<Difference> differing, Map<String, Object> facts) {
    if (differing.isEmpty()) {
      return Report.yes(node.member(), activation.digest(), facts);
    }
    var named = differing.stream().limit(MOST_NAMED).map(d -> d.tenant().tenant()).toList();
    Map<String, Object> all = new HashMap<>(facts);
    all.put("tenants", named);
    all.put("differing", (long) differing.size());
    return new Report(node.member(), Report.Answer.NO, "", differing.getFirst().reason(), all);
  }
}
