package dev.deployclaw.executors.redis.inspect;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.policy.redis.RedisKeyLayout;
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
public record CounterUsage(RedisNodes nodes) {
  private static final String COUNTERS = "dc:{*}:c:*";
  private static final int MOST_NAMED = 10_000;

  /** The most counters that are found on a node, and the most rounds of a thousand keys. */
  private static final int MOST_FOUND = 5_000;

  private static final int MOST_ROUNDS = 100;

  /**
   * Arguments: {@code keys}, and {@code find} where others are wanted. Facts: {@code now_us} of the
   * node's clock, {@code counters} by key, {@code whole} unless a bound was met.
   */
  public CallOutcome look(Map<String, Object> arguments) throws InterruptedException {
    if (!(arguments.get("keys") instanceof List<?> list) || list.size() > MOST_NAMED) {
      return CallOutcome.failed(new CallFault.Invalid("keys: a list of at most " + MOST_NAMED));
    }
    var keys = list.stream().map(String::valueOf).toList();
    boolean find = Boolean.TRUE.equals(arguments.get("find"));
    return nodes.each(
        nodes.topology().primaries(),
        (node, link) ->
            link.call(c -> {
              var own = keys.stream().filter(k -> node.owns(RedisKeyLayout.slot(k))).toList();
              return report(c, node, own, find);
            }));
  }

  private static MemberReport report(Connection c, Node node, List<String> keys, boolean find) {
    Set<String> asked = new LinkedHashSet<>(keys);
    boolean whole = true;
    if (find) {
      var found = NodeCommands.scan(c, COUNTERS, MOST_FOUND, MOST_ROUNDS);
      asked.addAll(found.keys());
      whole = found.whole();
    }
    Map<String, Object> counters = new TreeMap<>();
    List<String> others = new ArrayList<>();
    NodeCommands.each(
        c,
        new ArrayList<>(asked),
        key -> NodeCommands.command("GET", key),
        (key, answer) -> {
          if (answer instanceof byte[] bytes) {
            counters.put(key, NodeCommands.text(bytes));
          } else if (answer instanceof JedisDataException) {
            others.add(key);
          }
        });
    NodeCommands.each(
        c,
        others,
        key -> NodeCommands.command("ZSCORE", key, "#"),
        (key, answer) -> {
          if (answer instanceof byte[] bytes) {
            counters.put(key, "cc " + NodeCommands.text(bytes).replace("-", ""));
          }
        });
    return MemberReport.yes(
        node.member(), "", Map.of("counters", counters, "now_us", now(c), "whole", whole));
  }

  private static long now(Connection c) {
    List<?> time = NodeCommands.list(NodeCommands.one(c, "TIME"));
    return Long.parseLong(NodeCommands.text(time.get(0))) * 1_000_000
        + Long.parseLong(NodeCommands.text(time.get(1)));
  }
}
