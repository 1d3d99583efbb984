package dev.deployclaw.executors.redis.inspect;

import dev.deployclaw.executors.redis.cluster.NodeCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What a node is set to and how it is followed, as far as it matters to what limits admit when the
 * cluster is cut. A managed Redis may deny {@code CONFIG}: what it doesn't tell is absent.
 */
record NodeConfiguration(Map<String, String> config, Map<String, String> info) {
  private static final List<String> CONFIGURED =
      List.of(
          "cluster-node-timeout",
          "cluster-require-full-coverage",
          "min-replicas-to-write",
          "min-replicas-max-lag",
          "maxmemory",
          "maxmemory-policy",
          "appendonly");

  /** Three questions in one round trip. */
  static NodeConfiguration read(Connection connection) {
    var config = new TreeMap<String, String>();
    var info = new TreeMap<String, String>();
    NodeCommands.each(
        connection,
        List.of(Section.SERVER, Section.REPLICATION, Section.CONFIG),
        section ->
            section == Section.CONFIG
                ? NodeCommands.command("CONFIG GET", CONFIGURED.toArray(String[]::new))
                : NodeCommands.command("INFO", section.name()),
        (section, answer) -> {
          if (section == Section.CONFIG) {
            pairs(answer, config);
          } else {
            NodeCommands.succeed(answer);
            lines(NodeCommands.text(answer), info);
          }
        });
    return new NodeConfiguration(config, info);
  }

  private enum Section {
    SERVER,
    REPLICATION,
    CONFIG
  }

  String version() {
    return info.getOrDefault("redis_version", "0");
  }

  /** Replicas that are in step, by their own acknowledgement within the last seconds. */
  long replicasOnline() {
    return info.entrySet().stream()
        .filter(e -> e.getKey().matches("slave\\d+"))
        .filter(e -> e.getValue().contains("state=online"))
        .count();
  }

  /** As facts of a report. */
  Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    number("cluster-node-timeout").ifPresent(n -> facts.put("node_timeout_ms", n));
    flag("cluster-require-full-coverage").ifPresent(f -> facts.put("require_full_coverage", f));
    number("min-replicas-to-write").ifPresent(n -> facts.put("min_replicas_to_write", n));
    number("min-replicas-max-lag").ifPresent(n -> facts.put("min_replicas_max_lag_ms", n * 1_000));
    number("maxmemory").ifPresent(n -> facts.put("maxmemory", n));
    text("maxmemory-policy").ifPresent(t -> facts.put("maxmemory_policy", t));
    flag("appendonly").ifPresent(f -> facts.put("append_only", f));
    return facts;
  }

  private Optional<String> text(String name) {
    return Optional.ofNullable(config.get(name));
  }

  private Optional<Boolean> flag(String name) {
    return text(name).map("yes"::equals);
  }

  private Optional<Long> number(String name) {
    return text(name).filter(t -> t.matches("\\d{1,18}")).map(Long::parseLong);
  }

  private static void pairs(@Nullable Object answer, Map<String, String> into) {
    if (answer instanceof JedisDataException) {
      return; // denied, or renamed away
    }
    var words = new ArrayList<>(NodeCommands.list(answer));
    for (int i = 0; i + 1 < words.size(); i += 2) {
      into.put(NodeCommands.text(words.get(i)), NodeCommands.text(words.get(i + 1)));
    }
  }

  private static void lines(String info, Map<String, String> into) {
    info.lines()
        .filter(line -> line.indexOf(':') > 0)
        .forEach(line -> {
          int colon = line.indexOf(':');
          into.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
  }
}
