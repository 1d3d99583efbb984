package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Range;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.Connection;

/**
 * Which primaries were read back and held an epoch, and as whom they were asked. One that is still
 * the same, without a break, can't have lost what it held, so its switch needn't wait until all is
 * read once more. A vote counts for one switch. Any thread.
 */
public final class VoteCache {
  private static final List<String> IDENTITY =
      List.of("run_id:", "master_replid:", "role:", "evicted_keys:");

  private final Map<NodeAddress, Vote> votes = new ConcurrentHashMap<>();

  private record Vote(long epoch, String digest, Incarnation by) {}

  /**
   * What changes whenever a node may have lost something: a restart begins another run, a failover
   * another history of replication, a moved slot another share.
   */
  record Incarnation(List<String> identity, List<Range> slots) {
    static Incarnation of(Connection c, Node primary) {
      var identity =
          NodeCommands.text(c, "INFO", "server", "replication", "stats")
              .lines()
              .map(String::strip)
              .filter(line -> IDENTITY.stream().anyMatch(line::startsWith))
              .toList();
      return new Incarnation(identity, primary.slots());
    }
  }

  /**
   * Remembers a yes.
   *
   * @param by as whom it was asked, before it was read
   */
  void yes(Node primary, EpochSpec activation, Incarnation by) {
    votes.put(primary.address(), new Vote(activation.epoch(), activation.digest(), by));
  }

  /** What is staged again has to be read again. */
  void forget() {
    votes.clear();
  }

  /**
   * Whether the primary holds the epoch for sure. A flush leaves the node what it was; but it takes
   * the fence away, too.
   */
  boolean holds(Connection c, Node primary, EpochSpec activation) {
    var vote = votes.remove(primary.address());
    return vote != null
        && vote.epoch() == activation.epoch()
        && vote.digest().equals(activation.digest())
        && ActivationState.fence(c, primary).isPresent()
        && vote.by().equals(Incarnation.of(c, primary));
  }
}
