package dev.deployclaw.executors.redis.cluster;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** Commands and their answers on one connection, one by one or in a pipeline (RESP2). */
public final class NodeCommands {
  /** Commands that are sent before their answers are read. */
  static final int WINDOW = 1_000;

  /** The most rounds of one SCAN, a thousand keys each. */
  private static final int MOST_ROUNDS = 20_000;

  private static final String ROUND_SIZE = "1000";

  private NodeCommands() {}

  /** Sends one command; its name may be of two words ({@code CLUSTER NODES}). */
  public static @Nullable Object one(Connection connection, String name, String... arguments) {
    return connection.executeCommand(command(name, arguments));
  }

  public static String text(Connection connection, String name, String... arguments) {
    return text(one(connection, name, arguments));
  }

  public static Optional<String> optional(Connection connection, String name, String... arguments) {
    return Optional.ofNullable(one(connection, name, arguments)).map(NodeCommands::text);
  }

  public static long number(Connection connection, String name, String... arguments) {
    return one(connection, name, arguments) instanceof Long n ? n : 0;
  }

  public static String text(@Nullable Object answer) {
    return answer instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(answer);
  }

  public static List<?> list(@Nullable Object answer) {
    return answer instanceof List<?> list ? list : List.of();
  }

  /**
   * Sends a command for each item and hands each its answer; an error of a single command is an
   * answer. Windows bound what waits on either side; within one, Redis works while the rest is
   * still being written. Linear in the items.
   */
  public static <T> void each(
      Connection connection,
      List<T> items,
      Function<T, CommandArguments> command,
      BiConsumer<T, @Nullable Object> answer) {
    for (int from = 0; from < items.size(); from += WINDOW) {
      List<T> window = items.subList(from, Math.min(items.size(), from + WINDOW));
      for (T item : window) {
        connection.sendCommand(command.apply(item));
      }
      List<Object> answers = connection.getMany(window.size());
      for (int i = 0; i < window.size(); i++) {
        answer.accept(window.get(i), answers.get(i));
      }
    }
  }

  /** Throws the answer if it is an error. */
  public static void succeed(@Nullable Object answer) {
    if (answer instanceof JedisDataException error) {
      throw error;
    }
  }

  /** The node's keys that match a pattern, at most {@code most}, each once. */
  public static List<String> scan(Connection connection, String pattern, int most) {
    return scan(connection, pattern, most, MOST_ROUNDS).keys();
  }

  /** What a scan found, and whether it went through all keys. */
  public record Scanned(List<String> keys, boolean whole) {}

  /** The same, in at most so many rounds of a thousand keys each. */
  public static Scanned scan(Connection connection, String pattern, int most, int mostRounds) {
    var found = new LinkedHashSet<String>();
    String cursor = "0";
    boolean whole = false;
    for (int rounds = 0; rounds < mostRounds && found.size() < most; rounds++) {
      List<?> round = list(one(connection, "SCAN", cursor, "MATCH", pattern, "COUNT", ROUND_SIZE));
      list(round.get(1)).stream().map(NodeCommands::text).forEach(found::add);
      cursor = text(round.get(0));
      if (cursor.equals("0")) {
        whole = true;
        break;
      }
    }
    return new Scanned(found.stream().limit(most).toList(), whole && found.size() <= most);
  }

  public static CommandArguments command(String name, String... arguments) {
    int space = name.indexOf(' ');
    String first = space < 0 ? name : name.substring(0, space);
    var command = new CommandArguments(Command.valueOf(first));
    if (space >= 0) {
      command.add(name.substring(space + 1));
    }
    for (String argument : arguments) {
      command.add(argument);
    }
    return command;
  }

  /** The value of a name in a RESP2 map: names and values by turns. */
  public static @Nullable Object field(List<?> pairs, String name) {
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      if (text(pairs.get(i)).equals(name)) {
        return pairs.get(i + 1);
      }
    }
    return null;
  }

  static boolean clusterDisabled(JedisDataException error) {
    return String.valueOf(error.getMessage()).contains("cluster support disabled");
  }
}
