package dev.deployclaw.executors.redis.inspect;

import dev.deployclaw.executors.redis.cluster.NodeCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Keys that others keep in a Redis: found with a bounded {@code SCAN}, never with {@code KEYS}, and
 * read. Writes nothing.
 */
public final class UnmanagedKeys {
  private static final int MOST_KEYS = 100_000;
  private static final int MOST_ROUNDS = 10_000;

  /** Commands that change a key that holds text. */
  private static final Pattern WRITES =
      Pattern.compile("cmd=(set|setex|psetex|getset|incr|incrby|decr|mset|eval|evalsha|fcall)\\b");

  private static final Pattern FROM = Pattern.compile("\\baddr=(\\S+):\\d+ .*?name=(\\S*)");

  private UnmanagedKeys() {}

  /**
   * @param value empty where the key holds no text
   * @param expires whether it has a time to live
   */
  public record Key(String name, Optional<String> value, boolean expires) {}

  /**
   * @param writers connections whose last command was a write, as the node lists them now
   * @param whole whether all keys were looked through
   */
  public record Found(List<Key> keys, List<String> writers, boolean whole) {
    public Found {
      keys = List.copyOf(keys);
      writers = List.copyOf(writers);
    }
  }

  /**
   * Who is asked, as whom.
   *
   * @param password empty for none
   */
  public record Node(String host, int port, String user, String password) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** What a node has under a pattern of {@code SCAN}. Fails where it can't be asked. */
  public static Found read(Node node, String glob) throws IOException {
    var config = DefaultJedisClientConfig.builder();
    if (!node.password().isEmpty()) {
      config.user(node.user()).password(node.password());
    }
    try (var connection =
        new Connection(new HostAndPort(node.host(), node.port()), config.build())) {
      return read(connection, glob);
    } catch (JedisException e) {
      throw new IOException(node + ": " + e.getMessage(), e);
    }
  }

  private static Found read(Connection connection, String glob) {
    var scanned = NodeCommands.scan(connection, glob, MOST_KEYS, MOST_ROUNDS);
    List<Key> keys = new ArrayList<>();
    for (String name : scanned.keys()) {
      boolean text = NodeCommands.text(connection, "TYPE", name).equals("string");
      keys.add(
          new Key(
              name,
              text ? NodeCommands.optional(connection, "GET", name) : Optional.empty(),
              NodeCommands.number(connection, "PTTL", name) >= 0));
    }
    return new Found(keys, writers(connection), scanned.whole());
  }

  private static List<String> writers(Connection connection) {
    var out = new TreeSet<String>();
    NodeCommands.text(connection, "CLIENT", "LIST")
        .lines()
        .filter(line -> WRITES.matcher(line).find())
        .forEach(line -> {
          var from = FROM.matcher(line);
          if (from.find()) {
            String name = from.group(2).isEmpty() ? "" : " (" + from.group(2) + ")";
            out.add(from.group(1) + name);
          }
        });
    return List.copyOf(out);
  }
}
