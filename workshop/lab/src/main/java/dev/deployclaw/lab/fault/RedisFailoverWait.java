package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisClusterView;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The failover of Redis primaries that died. The nodes keep nothing on disk: a primary that came
 * back before its replica took over would be empty, and would empty the replica too.
 */
record RedisFailoverWait(RedisCluster cluster) {
  /** Many times what the nodes need to miss a primary and to vote. */
  private static final Duration VOTED = Duration.ofSeconds(20);

  private static final Duration TAKEN = Duration.ofSeconds(10);

  /** Waits until a replica of each dead primary took over; says what came of it. */
  List<String> await(List<DaemonProcess> dead) {
    var said = new ArrayList<String>();
    for (var daemon : dead) {
      if (cluster.daemons().stream().anyMatch(d -> d.folder().equals(daemon.folder()))) {
        await(RedisNode.adopt(daemon.folder()).address()).ifPresent(said::add);
      }
    }
    return said;
  }

  private Optional<String> await(HostPort dead) {
    String name = name(dead);
    if (cluster.view().isEmpty()) {
      return Optional.of("what " + name + " held is lost: no Redis node lives");
    }
    if (!owns(dead)) {
      return Optional.empty();
    }
    var heir = heir(dead);
    if (heir.isEmpty()) {
      return Optional.of("what " + name + " held is lost: no replica of it lives");
    }
    if (mayVote() && BoundedWait.cameTrue(VOTED, () -> !owns(dead))) {
      return Optional.of("waited until a replica took over from " + name);
    }
    return Optional.of(
        takesOver(heir.get(), dead)
            ? "had " + name(heir.get()) + " take over from " + name + " without a vote"
            : "what " + name + " held is lost: " + name(heir.get()) + " did not take over");
  }

  private boolean owns(HostPort node) {
    return cluster.view().filter(view -> view.ownsSlots(node)).isPresent();
  }

  private Optional<HostPort> heir(HostPort dead) {
    return cluster.view().stream()
        .flatMap(view -> view.replicasOf(dead).stream())
        .filter(replica -> cluster.node(replica).daemon().alive())
        .findFirst();
  }

  /** A replica needs the votes of most primaries. */
  private boolean mayVote() {
    var owners =
        cluster.view().stream()
            .flatMap(view -> view.members().stream())
            .filter(RedisClusterView.Member::ownsSlots)
            .toList();
    long living =
        owners.stream().filter(owner -> cluster.node(owner.address()).daemon().alive()).count();
    return living * 2 > owners.size();
  }

  /** Without votes. */
  private boolean takesOver(HostPort heir, HostPort dead) {
    try {
      cluster.node(heir).call("CLUSTER", "FAILOVER", "TAKEOVER");
    } catch (IllegalStateException | UncheckedIOException e) {
      return false;
    }
    return BoundedWait.cameTrue(TAKEN, () -> !owns(dead));
  }

  private static String name(HostPort node) {
    return "redis/node-" + node.port();
  }
}
