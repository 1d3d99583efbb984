package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An epoch's rules for the primaries that own their slots; see {@link
 * PrimaryPartitions.SlotPartitioner}. Any thread.
 */
public final class PrimaryPartitions {
  private final TenantPartition nothing;
  private final Map<NodeAddress, TenantPartition> byPrimary = new HashMap<>();

  private PrimaryPartitions(StagedRules rules) {
    this.nothing = TenantPartition.of(rules, List.of());
  }

  public static PrimaryPartitions of(EpochSpec activation, ClusterTopology topology) {
    var rules = new StagedRules(activation.set(), activation.epoch(), activation.digest());
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

  /**
   * Deals an epoch's tenants out to the primaries that own their slots, a round at a time and each
   * when the first primary wants it: the first tenants are sent while the others wait to be dealt.
   * Order is kept. Any thread.
   */
  static final class SlotPartitioner {
    private final StagedRules rules;
    private final int[] owners;
    private final int primaries;
    private final int round;
    private final Iterator<TenantPolicy> rest;
    private final List<List<List<TenantPolicy>>> dealt = new ArrayList<>();

    /**
     * @param each how many tenants a primary gets in a round, on average
     */
    SlotPartitioner(StagedRules rules, ClusterTopology topology, int each) {
      this.rules = rules;
      this.owners = topology.owners();
      this.primaries = topology.primaries().size();
      this.round = each * primaries;
      this.rest = rules.tenants().iterator();
    }

    /** What a primary gets in a round, maybe nobody; empty where there is no such round. */
    synchronized Optional<List<TenantPolicy>> hand(int primary, int number) {
      while (dealt.size() <= number && rest.hasNext()) {
        dealt.add(next());
      }
      return number < dealt.size() ? Optional.of(dealt.get(number).get(primary)) : Optional.empty();
    }

    private List<List<TenantPolicy>> next() {
      List<List<TenantPolicy>> hands = new ArrayList<>(primaries);
      for (int i = 0; i < primaries; i++) {
        hands.add(new ArrayList<>());
      }
      for (int i = 0; i < round && rest.hasNext(); i++) {
        TenantPolicy tenant = rest.next();
        int owner = owners[rules.slot(tenant)];
        if (owner >= 0) {
          hands.get(owner).add(tenant);
        }
      }
      return hands;
    }
  }
}
