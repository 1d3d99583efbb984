package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.Optional;
import redis.clients.jedis.Connection;

/** What a node holds besides rules: its function library and its fence. */
public final class ActivationState {
  /** What is wrong with a library whose constants are ours and whose code isn't. */
  private static final String ALTERED =
      "its function library differs from the one that this agent loads";

  private static final String OTHER_VERSION =
      "runs the unmodified library of an older or newer agent at the same epoch: load "
          + "this agent's library with deployclaw drift --repair";

  private ActivationState() {}

  /** What is wrong with a library's code where its constants are right; empty where nothing is. */
  public static Optional<String> fault(String library) {
    if (FunctionLibrary.isWhole(library)) {
      return Optional.empty();
    }
    return Optional.of(FunctionLibrary.isOfAnotherVersion(library) ? OTHER_VERSION : ALTERED);
  }

  /** The source of our library on this node; empty where it has none. */
  public static Optional<String> library(Connection connection) {
    var answer =
        NodeCommands.one(
            connection, "FUNCTION LIST", "LIBRARYNAME", FunctionLibrary.NAME, "WITHCODE");
    return NodeCommands.list(answer).stream()
        .findFirst()
        .map(library -> NodeCommands.field(NodeCommands.list(library), "library_code"))
        .map(NodeCommands::text);
  }

  public static Optional<Constants> constants(Connection connection) {
    return library(connection).flatMap(FunctionLibrary::read);
  }

  static String fenceKey(Node primary) {
    return RedisKeyLayout.fenceKey(primary::owns);
  }

  /**
   * The fence that stands on a primary. A missing or unreadable one says nothing: a failover may
   * have lost it; see {@link FenceCheck}.
   */
  public static Optional<FenceMark> fence(Connection connection, Node primary) {
    return NodeCommands.optional(connection, "GET", fenceKey(primary))
        .map(FenceMark::parse)
        .filter(mark -> !mark.equals(FenceMark.NOBODY));
  }
}
