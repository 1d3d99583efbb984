package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisLayout;
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
final class Surplus {
  private Surplus() {}

  static void remove(NodeConnection c, Share share) {
    String prefix = RedisLayout.fieldPrefix(share.rules().epoch());
    List<CommandArguments> removals = new ArrayList<>();
    Commands.each(
        c,
        share.tenants(),
        tenant -> Commands.command("HKEYS", share.rules().key(tenant)),
        (tenant, answer) -> {
          Commands.succeed(answer);
          removal(tenant, share, prefix, Commands.list(answer)).ifPresent(removals::add);
        });
    Commands.each(c, removals, r -> r, (_, answer) -> Commands.succeed(answer));
  }

  /**
   * Looks through all hashes of the node: for one that acts on the epoch already. Known are the
   * tenants of the whole set: a slot may have come here since the shares were dealt.
   */
  static void removeStrangers(NodeConnection c, Share share) {
    String prefix = RedisLayout.fieldPrefix(share.rules().epoch());
    var known =
        share.rules().tenants().stream().map(t -> share.rules().key(t)).collect(Collectors.toSet());
    var strangers =
        Commands.scan(c, Staging.HASHES, Staging.MOST_HASHES).stream()
            .filter(key -> !known.contains(key))
            .toList();
    List<CommandArguments> removals = new ArrayList<>();
    Commands.each(
        c,
        strangers,
        key -> Commands.command("HKEYS", key),
        (key, answer) ->
            Staging.removal(key, prefix, Commands.list(answer)).ifPresent(removals::add));
    Commands.each(c, removals, r -> r, (_, answer) -> Commands.succeed(answer));
  }

  private static Optional<CommandArguments> removal(
      TenantPolicy tenant, Share share, String prefix, List<?> fields) {
    var hash = share.rules().hash(tenant);
    Set<String> wanted = hash.fields().keySet();
    var surplus =
        fields.stream()
            .map(Commands::text)
            .filter(f -> f.startsWith(prefix) && !wanted.contains(f))
            .toList();
    if (surplus.isEmpty()) {
      return Optional.empty();
    }
    var command = Commands.command("HDEL", hash.key());
    surplus.forEach(command::add);
    return Optional.of(command);
  }
}
