package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Connection;

/**
 * What a node holds of an epoch, against what it should hold, field by field: nothing missing,
 * nothing altered, nothing else. Reads in one pipeline, linear in the tenants.
 */
final class Comparison {
  private Comparison() {}

  /** The tenants that differ, in the order of the share. */
  static List<Difference> of(Connection c, List<StagedRules.Hash> share, long epoch) {
    String prefix = epoch + ":";
    List<Difference> differing = new ArrayList<>();
    Commands.each(
        c,
        share,
        hash -> Commands.command("HGETALL", hash.key()),
        (hash, answer) -> {
          Commands.succeed(answer);
          String reason = reason(hash, held(Commands.list(answer), prefix));
          if (!reason.isEmpty()) {
            differing.add(new Difference(hash, reason));
          }
        });
    return differing;
  }

  /** The fields of one epoch in the answer to {@code HGETALL}. */
  private static Map<String, String> held(List<?> pairs, String prefix) {
    Map<String, String> held = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      String field = Commands.text(pairs.get(i));
      if (field.startsWith(prefix)) {
        held.put(field, Commands.text(pairs.get(i + 1)));
      }
    }
    return held;
  }

  /** The first difference in words; empty for none. */
  private static String reason(StagedRules.Hash expected, Map<String, String> held) {
    if (expected.fields().equals(held)) {
      return "";
    }
    String tenant = "tenant " + tenant(expected);
    for (var field : expected.fields().entrySet()) {
      String there = held.get(field.getKey());
      if (!field.getValue().equals(there)) {
        String found = there == null ? "nothing" : "\"" + there + "\"";
        return "%s, %s: %s instead of \"%s\""
            .formatted(tenant, limit(field.getKey()), found, field.getValue());
      }
    }
    return held.keySet().stream()
        .filter(f -> !expected.fields().containsKey(f))
        .sorted()
        .findFirst()
        .map(f -> "%s, %s: not in the set".formatted(tenant, limit(f)))
        .orElse("");
  }

  private static String limit(String field) {
    String name = field.substring(field.indexOf(':') + 1);
    return name.equals("#") ? "its own line" : "limit " + name;
  }

  private static String tenant(StagedRules.Hash hash) {
    return hash.key().substring(hash.key().lastIndexOf(':') + 1);
  }

  /** A tenant that differs, and the first thing in which it does. */
  record Difference(StagedRules.Hash hash, String reason) {
    String tenant() {
      return Comparison.tenant(hash);
    }
  }
}
