package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;

/**
 * Puts an epoch's rules where nobody acts on them yet, and takes them away again. One pipeline per
 * primary, all primaries at the same time. Nothing staged expires.
 */
final class Staging {
  /** The most tenants that one node's discard looks through. */
  static final int MOST_HASHES = 2_000_000;

  static final String HASHES = "dc:{*}:policy:*";

  private final RedisNodes nodes;
  private final Fences fences;
  private final Voted voted;

  Staging(RedisNodes nodes, Fences fences, Voted voted) {
    this.nodes = nodes;
    this.fences = fences;
    this.voted = voted;
  }

  /** Idempotent: the same epoch gives the same fields. */
  Outcome stage(Activation activation, Fence fence) throws InterruptedException {
    voted.forget();
    Topology topology = nodes.wholeTopology();
    var shares = Shares.of(activation, topology);
    var mark = Fences.mark(activation, fence);
    return nodes.each(
        topology.primaries(),
        (node, link) ->
            link.call(c -> {
              fences.refuseOlder(c, node, mark);
              Share share = shares.of(node);
              long tenants = RuleWrites.run(c, share);
              if (actsOn(c, activation.epoch())) {
                Surplus.removeStrangers(c, share);
              }
              return Report.yes(node.member(), activation.digest(), Map.of("tenants", tenants));
            }));
  }

  /** Then this is a repair, since an epoch is staged before anybody acts on it. */
  private static boolean actsOn(Connection c, long epoch) {
    return NodeState.constants(c).filter(k -> k.epoch() == epoch).isPresent();
  }

  /**
   * Removes an epoch's fields, unless a node's library acts on it, or names it as predecessor or
   * candidate.
   */
  Outcome discard(long epoch, Fence fence) throws InterruptedException {
    Topology topology = nodes.topology();
    return nodes.each(
        topology.primaries(), (node, link) -> link.call(c -> discard(c, node, epoch, fence)));
  }

  private Report discard(Connection c, Node node, long epoch, Fence fence)
      throws InterruptedException {
    fences.refuseOlder(c, node, new Mark(fence.term(), Long.MAX_VALUE));
    if (NodeState.constants(c).filter(k -> names(k, epoch)).isPresent()) {
      throw NodeLink.NodeFailed.conflict(
          "epoch " + epoch + " is active, its predecessor or its candidate");
    }
    String prefix = RedisLayout.fieldPrefix(epoch);
    List<CommandArguments> removals = new ArrayList<>();
    Commands.each(
        c,
        Commands.scan(c, HASHES, MOST_HASHES),
        key -> Commands.command("HKEYS", key),
        (key, answer) -> {
          Commands.succeed(answer);
          removal(key, prefix, Commands.list(answer)).ifPresent(removals::add);
        });
    Commands.each(c, removals, r -> r, (_, answer) -> Commands.succeed(answer));
    return Report.yes(node.member(), "", Map.of("removed", (long) removals.size()));
  }

  private static boolean names(Constants library, long epoch) {
    return library.epoch() == epoch
        || library.predecessor() == epoch
        || library.trial().filter(t -> t.epoch() == epoch).isPresent();
  }

  static Optional<CommandArguments> removal(String key, String prefix, List<?> fields) {
    var command = Commands.command("HDEL", key);
    boolean any = false;
    for (Object field : fields) {
      String name = Commands.text(field);
      if (name.startsWith(prefix)) {
        command.add(name);
        any = true;
      }
    }
    return any ? Optional.of(command) : Optional.empty();
  }
}
