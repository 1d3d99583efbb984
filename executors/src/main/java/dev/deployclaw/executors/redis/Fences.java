package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.redis.NodeLink.NodeFailed;
import dev.deployclaw.executors.redis.Topology.Node;
import dev.deployclaw.executors.sandbox.Mark;
import redis.clients.jedis.Connection;

/**
 * Holds callers against the fences of primaries. A primary without one is not a primary where
 * nobody was: a flush or a failover can have lost it. Then what the state store says counts; and
 * where that can't be asked, nothing is written.
 */
final class Fences {
  private final Authority authority;

  Fences(Authority authority) {
    this.authority = authority;
  }

  /** What a caller leaves behind who writes for an epoch, or for a cohort beside it. */
  static Mark mark(Activation activation, Fence fence) {
    return new Mark(fence.term(), activation.epoch(), activation.step());
  }

  /**
   * Refuses a caller whose term or epoch is lower than what stands there.
   *
   * @throws NodeFailed with a conflict; or unavailable, when there is no fence and nobody to ask
   */
  void refuseOlder(Connection c, Node primary, Mark wanted) throws InterruptedException {
    var standing = NodeState.fence(c, primary);
    var refused = wanted.refusedBy(standing.isPresent() ? standing.get() : authority(primary));
    if (refused.isPresent()) {
      throw NodeFailed.conflict(refused.get());
    }
  }

  private Mark authority(Node primary) throws InterruptedException {
    try {
      return authority.standing();
    } catch (Unreachable e) {
      String reason = primary.member() + " has lost its fence, and the state store can't say it: ";
      throw new NodeFailed(new Fault.Unavailable(reason + e.getMessage()), e);
    }
  }
}
