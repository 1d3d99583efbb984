package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisKeyLayout;
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
public record RuleStager(RedisNodes nodes, FenceCheck fences, VoteCache voted) {
  /** The most tenants that one node's discard looks through. */
  public static final int MOST_HASHES = 2_000_000;

  public static final String HASHES = "dc:{*}:policy:*";

  /** Idempotent: the same epoch gives the same fields. */
  public CallOutcome stage(EpochSpec activation, FencingToken fence) throws InterruptedException {
    voted.forget();
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    var mark = FenceCheck.mark(activation, fence);
    return nodes.each(
        topology.primaries(),
        (node, link) ->
            link.call(c -> {
              fences.refuseOlder(c, node, mark);
              TenantPartition share = shares.of(node);
              long tenants = RuleWriter.run(c, share);
              if (actsOn(c, activation.epoch())) {
                ForeignFieldRemover.removeStrangers(c, share);
              }
              return MemberReport.yes(
                  node.member(), activation.digest(), Map.of("tenants", tenants));
            }));
  }

  /** Then this is a repair, since an epoch is staged before anybody acts on it. */
  private static boolean actsOn(Connection c, long epoch) {
    return ActivationState.constants(c).filter(k -> k.epoch() == epoch).isPresent();
  }

  /**
   * Removes an epoch's fields, unless a node's library acts on it, or names it as predecessor or
   * candidate.
   */
  public CallOutcome discard(long epoch, FencingToken fence) throws InterruptedException {
    ClusterTopology topology = nodes.topology();
    return nodes.each(
        topology.primaries(), (node, link) -> link.call(c -> discard(c, node, epoch, fence)));
  }

  private MemberReport discard(Connection c, Node node, long epoch, FencingToken fence)
      throws InterruptedException {
    fences.refuseOlder(c, node, new FenceMark(fence.term(), Long.MAX_VALUE));
    if (ActivationState.constants(c).filter(k -> names(k, epoch)).isPresent()) {
      throw ReconnectingConnection.NodeFailed.conflict(
          "epoch " + epoch + " is active, its predecessor or its candidate");
    }
    String prefix = RedisKeyLayout.fieldPrefix(epoch);
    List<CommandArguments> removals = new ArrayList<>();
    NodeCommands.each(
        c,
        NodeCommands.scan(c, HASHES, MOST_HASHES),
        key -> NodeCommands.command("HKEYS", key),
        (key, answer) -> {
          NodeCommands.succeed(answer);
          removal(key, prefix, NodeCommands.list(answer)).ifPresent(removals::add);
        });
    NodeCommands.each(c, removals, r -> r, (_, answer) -> NodeCommands.succeed(answer));
    return MemberReport.yes(node.member(), "", Map.of("removed", (long) removals.size()));
  }

  private static boolean names(Constants library, long epoch) {
    return library.epoch() == epoch
        || library.predecessor() == epoch
        || library.trial().filter(t -> t.epoch() == epoch).isPresent();
  }

  static Optional<CommandArguments> removal(String key, String prefix, List<?> fields) {
    var command = NodeCommands.command("HDEL", key);
    boolean any = false;
    for (Object field : fields) {
      String name = NodeCommands.text(field);
      if (name.startsWith(prefix)) {
        command.add(name);
        any = true;
      }
    }
    return any ? Optional.of(command) : Optional.empty();
  }
}
