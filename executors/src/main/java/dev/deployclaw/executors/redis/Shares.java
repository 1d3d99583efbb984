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
  private final Share nothing;
  private final Map<NodeAddress, Share> byPrimary = new HashMap<>();

  private Shares(StagedRules rules) {
    this.nothing = new Share(rules, List.of());
  }

  static Shares of(Activation activation, Topology topology) {
    var rules = StagedRules.of(activation.set(), activation.epoch(), activation.digest());
    List<Node> primaries = topology.primaries();
    List<List<TenantPolicy>> dealt = new ArrayList<>();
    primaries.forEach(_ -> dealt.add(new ArrayList<>()));
    int[] owners = topology.owners();
    for (TenantPolicy tenant : rules.tenants()) {
      int owner = owners[rules.slot(tenant)];
      if (owner >= 0) {
        dealt.get(owner).add(tenant);
      }
    }
    var shares = new Shares(rules);
    for (int i = 0; i < primaries.size(); i++) {
      shares.byPrimary.put(primaries.get(i).address(), new Share(rules, dealt.get(i)));
    }
    return shares;
  }

  /** What belongs to a primary; for a replica give its primary. */
  Share of(Node primary) {
    return byPrimary.getOrDefault(primary.address(), nothing);
  }
}
