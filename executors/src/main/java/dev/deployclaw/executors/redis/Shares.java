package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An epoch's rules dealt out to the primaries that own their slots; order is kept. */
final class Shares {
  private final Map<NodeAddress, List<StagedRules.Hash>> byPrimary = new HashMap<>();
  private long homeless;

  private Shares() {}

  static Shares of(Activation activation, Topology topology) {
    var rules = StagedRules.of(activation.set(), activation.epoch(), activation.digest());
    var shares = new Shares();
    int[] owners = topology.owners();
    List<Node> primaries = topology.primaries();
    for (StagedRules.Hash hash : rules.hashes()) {
      int owner = owners[RedisLayout.slot(hash.key())];
      if (owner < 0) {
        shares.homeless++;
      } else {
        shares.of(primaries.get(owner).address()).add(hash);
      }
    }
    return shares;
  }

  /** What belongs to a primary; for a replica give its primary. */
  List<StagedRules.Hash> of(Node primary) {
    return byPrimary.getOrDefault(primary.address(), List.of());
  }

  /** How many tenants lie in slots that nobody owns. */
  long homeless() {
    return homeless;
  }

  private List<StagedRules.Hash> of(NodeAddress primary) {
    return byPrimary.computeIfAbsent(primary, _ -> new ArrayList<>());
  }
}
