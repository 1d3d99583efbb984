package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.partition.RuleReader;
import dev.deployclaw.executors.redis.partition.TenantPartition;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;

/**
 * What one primary has lost of the committed epoch. Lost is what isn't there: no function library,
 * or the whole library of an earlier epoch; a fence that is gone or lower; fields that are missing.
 * What is there and differs was changed by somebody, and isn't lost.
 *
 * @param head what is lost of library and fence, in words
 * @param fields what is missing, by tenant
 */
record PrimaryLoss(Optional<String> head, List<Missing> fields) {
  /** The fields of one tenant's hash that aren't there. */
  record Missing(TenantPolicy tenant, String key, Map<String, String> fields) {}

  PrimaryLoss {
    fields = List.copyOf(fields);
  }

  /** Only looks. */
  static PrimaryLoss of(
      NodeConnection c, Node primary, EpochSpec activation, TenantPartition share) {
    return new PrimaryLoss(head(c, primary, activation), fields(c, share));
  }

  boolean isNothing() {
    return head.isEmpty() && fields.isEmpty();
  }

  String words() {
    Stream<String> rules =
        fields.isEmpty() ? Stream.of() : Stream.of("rules of " + fields.size() + " tenants");
    return Stream.concat(head.stream(), rules).collect(Collectors.joining(" and "));
  }

  /** A library that somebody changed is left alone, with its fence. */
  static Optional<String> head(Connection c, Node primary, EpochSpec activation) {
    var source = ActivationState.library(c);
    if (source.isEmpty()) {
      return Optional.of("its function library");
    }
    var there = FunctionLibrary.read(source.get());
    boolean ofAnAgent =
        FunctionLibrary.isWhole(source.get()) || FunctionLibrary.isOfAnotherVersion(source.get());
    if (there.isEmpty() || !ofAnAgent) {
      return Optional.empty();
    }
    if (there.get().epoch() < activation.epoch()) {
      return Optional.of("its function library, and acts on epoch " + there.get().epoch());
    }
    boolean ours =
        there.get().epoch() == activation.epoch()
            && there.get().digest().equals(activation.digest());
    if (ours && there.get().step() < activation.step()) {
      return Optional.of("the last step of a cohort, and acts on step " + there.get().step());
    }
    long fenced = ActivationState.fence(c, primary).map(FenceMark::epoch).orElse(0L);
    return ours && fenced < activation.epoch() ? Optional.of("its fence") : Optional.empty();
  }

  private static List<Missing> fields(NodeConnection c, TenantPartition share) {
    String prefix = RedisKeyLayout.fieldPrefix(share.rules().epoch());
    List<Missing> missing = new ArrayList<>();
    NodeCommands.each(
        c,
        RuleReader.suspects(c, share),
        tenant -> NodeCommands.command("HKEYS", share.rules().key(tenant)),
        (tenant, answer) -> {
          NodeCommands.succeed(answer);
          var hash = share.rules().hash(tenant);
          var wanted = new TreeMap<>(hash.fields());
          NodeCommands.list(answer).forEach(f -> wanted.remove(NodeCommands.text(f)));
          wanted.keySet().removeIf(f -> !f.startsWith(prefix));
          if (!wanted.isEmpty()) {
            missing.add(new Missing(tenant, hash.key(), wanted));
          }
        });
    return missing;
  }
}
