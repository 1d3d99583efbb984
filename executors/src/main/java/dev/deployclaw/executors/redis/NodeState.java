package dev.deployclaw.executors.redis;

import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisLayout;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Connection;

/** What a node holds besides rules: its function library and its fence. */
final class NodeState {
  private NodeState() {}

  /** The source of our library on this node; empty where it has none. */
  static Optional<String> library(Connection connection) {
    var answer =
        Commands.one(connection, "FUNCTION LIST", "LIBRARYNAME", FunctionLibrary.NAME, "WITHCODE");
    return Commands.list(answer).stream()
        .findFirst()
        .map(library -> Commands.field(Commands.list(library), "library_code"))
        .map(Commands::text);
  }

  static Optional<Constants> constants(Connection connection) {
    return library(connection).flatMap(FunctionLibrary::read);
  }

  static String fenceKey(Node primary) {
    return RedisLayout.fenceKey(primary::owns);
  }

  /**
   * The fence that stands on a primary. A missing one says nothing: a failover may have lost it.
   */
  static Optional<Mark> fence(Connection connection, Node primary) {
    return Commands.optional(connection, "GET", fenceKey(primary)).map(Mark::parse);
  }

  /** Refuses a caller whose term or epoch is lower than what stands there. */
  static void refuseOlder(Optional<Mark> stands, Mark wanted) {
    if (stands.isEmpty()) {
      return;
    }
    Mark there = stands.get();
    if (there.term() > wanted.term()) {
      throw NodeLink.NodeFailed.conflict(
          "the fence has term " + there.term() + ", above " + wanted.term());
    }
    if (there.epoch() > wanted.epoch()) {
      throw NodeLink.NodeFailed.conflict(
          "the fence has epoch " + there.epoch() + ", above " + wanted.epoch());
    }
  }

  /** The value of a fence: {@code <term> <epoch>}. */
  record Mark(long term, long epoch) {
    static Mark parse(String text) {
      List<String> words = List.of(text.split(" ", 2));
      return new Mark(Long.parseLong(words.get(0)), Long.parseLong(words.get(1)));
    }

    String text() {
      return term + " " + epoch;
    }
  }
}
