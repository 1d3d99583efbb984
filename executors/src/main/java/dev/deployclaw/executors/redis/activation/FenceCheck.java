package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection.NodeFailed;
import redis.clients.jedis.Connection;

/**
 * Holds callers against the fences of primaries. A primary without one is not a primary where
 * nobody was: a flush or a failover can have lost it. Then what the state store says counts; and
 * where that can't be asked, nothing is written.
 */
public record FenceCheck(FenceAuthority authority) {
  /** What a caller leaves behind who writes for an epoch, or for a cohort beside it. */
  static FenceMark mark(EpochSpec activation, FencingToken fence) {
    return new FenceMark(fence.term(), activation.epoch(), activation.step());
  }

  /**
   * Refuses a caller whose term or epoch is lower than what is there.
   *
   * @throws NodeFailed with a conflict; or unavailable, when there is no fence and nobody to ask
   */
  void refuseOlder(Connection c, Node primary, FenceMark wanted) throws InterruptedException {
    var standing = ActivationState.fence(c, primary);
    var refused = wanted.refusedBy(standing.isPresent() ? standing.get() : authority(primary));
    if (refused.isPresent()) {
      throw NodeFailed.conflict(refused.get());
    }
  }

  private FenceMark authority(Node primary) throws InterruptedException {
    try {
      return authority.standing();
    } catch (Unreachable e) {
      String reason =
          primary.member() + " has lost its fence, and the state store can't confirm it: ";
      throw new NodeFailed(new CallFault.Unavailable(reason + e.getMessage()), e);
    }
  }
}
