package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An epoch's rules for the primaries that own their slots; see {@link Deal}. Any thread. */
final class Shares {
  private final Share nothing;
  private final Map<NodeAddress, Share> byPrimary = new HashMap<>();

  private Shares(StagedRules rules) {
    this.nothing = Share.of(rules, List.of());
  }

  static Shares of(Activation activation, Topology topology) {
    var rules = StagedRules.of(activation.set(), activation.epoch(), activation.digest());
    var shares = new Shares(rules);
    var deal = new Deal(rules, topology, Share.WINDOW);
    List<Node> primaries = topology.primaries();
    for (int i = 0; i < primaries.size(); i++) {
      int primary = i;
      var share = new Share(rules, window -> deal.hand(primary, window));
      shares.byPrimary.put(primaries.get(i).address(), share);
    }
    return shares;
  }

  /** What belongs to a primary; for a replica give its primary. */
  Share of(Node primary) {
    return byPrimary.getOrDefault(primary.address(), nothing);
  }
}
