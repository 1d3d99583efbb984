package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node holds of an epoch, against what it should hold, field by field: nothing missing,
 * nothing altered, nothing else. One pipeline tells who is beyond suspicion, nearly always all; the
 * others are read again and looked at in words. Linear in the tenants.
 */
public final class RuleComparison {
  private RuleComparison() {}

  /** The tenants that differ, in the order of the share. */
  public static List<Difference> of(NodeConnection c, TenantPartition share) {
    String prefix = RedisKeyLayout.fieldPrefix(share.rules().epoch());
    List<Difference> differing = new ArrayList<>();
    NodeCommands.each(
        c,
        RuleReader.suspects(c, share),
        tenant -> NodeCommands.command("HGETALL", share.rules().key(tenant)),
        (tenant, answer) -> {
          NodeCommands.succeed(answer);
          var held = held(NodeCommands.list(answer), prefix);
          String reason = reason(tenant, share.rules().hash(tenant).fields(), held);
          if (!reason.isEmpty()) {
            differing.add(new Difference(tenant, reason));
          }
        });
    return differing;
  }

  /** The fields of one epoch in the answer to {@code HGETALL}. */
  private static Map<String, String> held(List<?> pairs, String prefix) {
    Map<String, String> held = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      String field = NodeCommands.text(pairs.get(i));
      if (field.startsWith(prefix)) {
        held.put(field, NodeCommands.text(pairs.get(i + 1)));
      }
    }
    return held;
  }

  /** The first difference in words; empty for none. */
  private static String reason(
      TenantPolicy policy, Map<String, String> expected, Map<String, String> held) {
    if (expected.equals(held)) {
      return "";
    }
    String tenant = "tenant " + policy.tenant();
    for (var field : expected.entrySet()) {
      String there = held.get(field.getKey());
      if (!field.getValue().equals(there)) {
        String found = there == null ? "nothing" : "\"" + there + "\"";
        return "%s, %s: %s instead of \"%s\""
            .formatted(tenant, limit(field.getKey()), found, field.getValue());
      }
    }
    return held.keySet().stream()
        .filter(f -> !expected.containsKey(f))
        .sorted()
        .findFirst()
        .map(f -> "%s, %s: not in the set".formatted(tenant, limit(f)))
        .orElse("");
  }

  private static String limit(String field) {
    String name = field.substring(field.indexOf(':') + 1);
    return name.equals("#") ? "its own line" : "limit " + name;
  }

  /** A tenant that differs, and the first thing in which it does. */
  public record Difference(TenantPolicy tenant, String reason) {}
}
