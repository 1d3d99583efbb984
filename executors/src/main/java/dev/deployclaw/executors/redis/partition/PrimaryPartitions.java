package dev.deployclaw.executors.redis.partition;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An epoch's rules for the primaries that own their slots; see {@link SlotPartitioner}. Any thread.
 */
public final class PrimaryPartitions {
  private final TenantPartition nothing;
  private final Map<NodeAddress, TenantPartition> byPrimary = new HashMap<>();

  private PrimaryPartitions(StagedRules rules) {
    this.nothing = TenantPartition.of(rules, List.of());
  }

  public static PrimaryPartitions of(EpochSpec activation, ClusterTopology topology) {
    var rules = StagedRules.of(activation.set(), activation.epoch(), activation.digest());
    var shares = new PrimaryPartitions(rules);
    var deal = new SlotPartitioner(rules, topology, TenantPartition.WINDOW);
    List<Node> primaries = topology.primaries();
    for (int i = 0; i < primaries.size(); i++) {
      int primary = i;
      var share = new TenantPartition(rules, window -> deal.hand(primary, window));
      shares.byPrimary.put(primaries.get(i).address(), share);
    }
    return shares;
  }

  /** What belongs to a primary; for a replica give its primary. */
  public TenantPartition of(Node primary) {
    return byPrimary.getOrDefault(primary.address(), nothing);
  }
}
