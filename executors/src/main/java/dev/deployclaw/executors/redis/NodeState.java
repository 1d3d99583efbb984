package dev.deployclaw.executors.redis;

import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisLayout;
import java.util.Optional;
import redis.clients.jedis.Connection;

/** What a node holds besides rules: its function library and its fence. */
final class NodeState {
  /** What is wrong with a library whose constants are ours and whose code isn't. */
  private static final String ALTERED =
      "the code of its function library is not what this agent loads";

  private static final String OTHER_VERSION =
      "runs the code of an older or newer agent of the same epoch, unaltered: deployclaw drift --repair loads this agent's";

  private NodeState() {}

  /** What is wrong with a library's code where its constants are right; empty where nothing is. */
  static Optional<String> fault(String library) {
    if (FunctionLibrary.isWhole(library)) {
      return Optional.empty();
    }
    return Optional.of(FunctionLibrary.isOfAnotherVersion(library) ? OTHER_VERSION : ALTERED);
  }

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
   * The fence that stands on a primary. A missing or unreadable one says nothing: a failover may
   * have lost it; see {@link Fences}.
   */
  static Optional<Mark> fence(Connection connection, Node primary) {
    return Commands.optional(connection, "GET", fenceKey(primary))
        .map(Mark::parse)
        .filter(mark -> !mark.equals(Mark.NOBODY));
  }
}
