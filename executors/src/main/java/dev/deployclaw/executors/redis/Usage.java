package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.policy.redis.RedisLayout;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What counters hold now, on the primaries. Counters whose names are known are read by name. Those
 * that a client's address or a header makes are found by a bounded {@code SCAN}: never by {@code
 * KEYS}, and never through a whole large keyspace. What a concurrency limit holds is told as its
 * sum, {@code cc 7}. Writes nothing.
 */
final class Usage {
  private static final String COUNTERS = "dc:{*}:c:*";
  private static final int MOST_NAMED = 10_000;

  /** The most counters that are found on a node, and the most rounds of a thousand keys. */
  private static final int MOST_FOUND = 5_000;

  private static final int MOST_ROUNDS = 100;

  private final RedisNodes nodes;

  Usage(RedisNodes nodes) {
    this.nodes = nodes;
  }

  /**
   * Arguments: {@code keys}, and {@code find} where others are wanted. Facts: {@code now_us} of the
   * node's clock, {@code counters} by key, {@code whole} unless a bound was met.
   */
  Outcome look(Map<String, Object> arguments) throws InterruptedException {
    if (!(arguments.get("keys") instanceof List<?> list) || list.size() > MOST_NAMED) {
      return Outcome.failed(new Fault.Invalid("keys: a list of at most " + MOST_NAMED));
    }
    var keys = list.stream().map(String::valueOf).toList();
    boolean find = Boolean.TRUE.equals(arguments.get("find"));
    return nodes.each(
        nodes.topology().primaries(),
        (node, link) ->
            link.call(c -> {
              var own = keys.stream().filter(k -> node.owns(RedisLayout.slot(k))).toList();
              return report(c, node, own, find);
            }));
  }

  private static Report report(Connection c, Node node, List<String> keys, boolean find) {
    Set<String> asked = new LinkedHashSet<>(keys);
    boolean whole = true;
    if (find) {
      var found = Commands.scan(c, COUNTERS, MOST_FOUND, MOST_ROUNDS);
      asked.addAll(found.keys());
      whole = found.whole();
    }
    Map<String, Object> counters = new TreeMap<>();
    List<String> others = new ArrayList<>();
    Commands.each(
        c,
        new ArrayList<>(asked),
        key -> Commands.command("GET", key),
        (key, answer) -> {
          if (answer instanceof byte[] bytes) {
            counters.put(key, Commands.text(bytes));
          } else if (answer instanceof JedisDataException) {
            others.add(key);
          }
        });
    Commands.each(
        c,
        others,
        key -> Commands.command("ZSCORE", key, "#"),
        (key, answer) -> {
          if (answer instanceof byte[] bytes) {
            counters.put(key, "cc " + Commands.text(bytes).replace("-", ""));
          }
        });
    return Report.yes(
        node.member(), "", Map.of("counters", counters, "now_us", now(c), "whole", whole));
  }

  private static long now(Connection c) {
    List<?> time = Commands.list(Commands.one(c, "TIME"));
    return Long.parseLong(Commands.text(time.get(0))) * 1_000_000
        + Long.parseLong(Commands.text(time.get(1)));
  }
}
