package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.CommandArguments;

/**
 * Takes away what somebody wrote among an epoch's rules: fields that look like the epoch's and
 * aren't in its set, of its tenants and of others. Fields of other epochs, and those of no epoch,
 * stay: they are discarded with their epoch, or aren't ours. Repeating it changes nothing.
 */
final class ForeignFieldRemover {
  private ForeignFieldRemover() {}

  static void remove(NodeConnection c, TenantPartition share) {
    String prefix = RedisKeyLayout.fieldPrefix(share.rules().epoch());
    List<CommandArguments> removals = new ArrayList<>();
    NodeCommands.each(
        c,
        share.tenants(),
        tenant -> NodeCommands.command("HKEYS", share.rules().key(tenant)),
        (tenant, answer) -> {
          NodeCommands.succeed(answer);
          removal(tenant, share, prefix, NodeCommands.list(answer)).ifPresent(removals::add);
        });
    NodeCommands.each(c, removals, r -> r, (_, answer) -> NodeCommands.succeed(answer));
  }

  /**
   * Looks through all hashes of the node: for one that acts on the epoch already. Known are the
   * tenants of the whole set: a slot may have come here since the shares were dealt.
   */
  static void removeStrangers(NodeConnection c, TenantPartition share) {
    String prefix = RedisKeyLayout.fieldPrefix(share.rules().epoch());
    var known =
        share.rules().tenants().stream().map(t -> share.rules().key(t)).collect(Collectors.toSet());
    var strangers =
        NodeCommands.scan(c, RuleStager.HASHES, RuleStager.MOST_HASHES).stream()
            .filter(key -> !known.contains(key))
            .toList();
    List<CommandArguments> removals = new ArrayList<>();
    NodeCommands.each(
        c,
        strangers,
        key -> NodeCommands.command("HKEYS", key),
        (key, answer) ->
            RuleStager.removal(key, prefix, NodeCommands.list(answer)).ifPresent(removals::add));
    NodeCommands.each(c, removals, r -> r, (_, answer) -> NodeCommands.succeed(answer));
  }

  private static Optional<CommandArguments> removal(
      TenantPolicy tenant, TenantPartition share, String prefix, List<?> fields) {
    var hash = share.rules().hash(tenant);
    Set<String> wanted = hash.fields().keySet();
    var surplus =
        fields.stream()
            .map(NodeCommands::text)
            .filter(f -> f.startsWith(prefix) && !wanted.contains(f))
            .toList();
    if (surplus.isEmpty()) {
      return Optional.empty();
    }
    var command = NodeCommands.command("HDEL", hash.key());
    surplus.forEach(command::add);
    return Optional.of(command);
  }
}
