package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An epoch's rules dealt out to the primaries that own their slots; order is kept. */
final class Shares {
  private final StagedRules rules;
  private final Map<NodeAddress, List<TenantPolicy>> byPrimary = new HashMap<>();

  private Shares(StagedRules rules) {
    this.rules = rules;
  }

  static Shares of(Activation activation, Topology topology) {
    var rules = StagedRules.of(activation.set(), activation.epoch(), activation.digest());
    var shares = new Shares(rules);
    int[] owners = topology.owners();
    List<Node> primaries = topology.primaries();
    for (TenantPolicy tenant : rules.tenants()) {
      int owner = owners[rules.slot(tenant)];
      if (owner >= 0) {
        shares.of(primaries.get(owner).address()).add(tenant);
      }
    }
    return shares;
  }

  /** What belongs to a primary; for a replica give its primary. */
  Share of(Node primary) {
    return new Share(rules, byPrimary.getOrDefault(primary.address(), List.of()));
  }

  private List<TenantPolicy> of(NodeAddress primary) {
    return byPrimary.computeIfAbsent(primary, _ -> new ArrayList<>());
  }
}
