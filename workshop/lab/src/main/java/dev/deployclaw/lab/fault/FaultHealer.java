package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisClusterView;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One healing of a lab. The network comes first, since a failover needs it; then the successors
 * take over before the dead come back. Used once.
 */
final class FaultHealer {
  private static final Duration LISTENS = Duration.ofMinutes(2);
  private static final Duration WHOLE = Duration.ofMinutes(1);

  private final Path folder;
  private final NetworkFaults network;
  private final WrongRedisFaults otherRedis;
  private final OutdatedNginxFaults oldNodes;

  private final List<String> done = new ArrayList<>();
  private final List<String> denied = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();

  FaultHealer(
      Path folder,
      NetworkFaults network,
      WrongRedisFaults otherRedis,
      OutdatedNginxFaults oldNodes) {
    this.folder = folder;
    this.network = network;
    this.otherRedis = otherRedis;
    this.oldNodes = oldNodes;
  }

  /** With what was taken back already. */
  HealReport heal(List<InjectedFault> before) {
    var targets = FaultTargets.in(folder);
    takenBack(before);
    links();
    resume(targets);
    restart(targets);
    takenBack(oldNodes.heal());
    release(targets);
    takenBack(otherRedis.heal(targets));
    takenBack(UnguardFaults.heal(targets));
    takenBack(ClockSkewFaults.heal(targets));
    awaitRedis();
    return new HealReport(done, denied, broken);
  }

  private void links() {
    try {
      takenBack(network.heal());
    } catch (ImpossibleFaultException e) {
      denied.add(String.valueOf(e.getMessage()));
    }
  }

  private void resume(FaultTargets targets) {
    targets
        .all()
        .forEach((name, daemon) -> {
          if (daemon.paused()) {
            daemon.resume();
            done.add("resumed " + name);
          }
        });
  }

  /** All of the dead at once may be needed for one of them to be ready. */
  private void restart(FaultTargets targets) {
    var dead = new ArrayList<>(targets.all().entrySet());
    dead.removeIf(entry -> entry.getValue().alive() || PodProcesses.isOne(entry.getKey()));
    if (dead.stream().anyMatch(entry -> entry.getKey().startsWith("redis/"))) {
      done.addAll(
          new RedisFailoverWait(redis()).await(dead.stream().map(e -> e.getValue()).toList()));
    }
    for (var entry : dead) {
      entry.getValue().restart();
      entry.getValue().leave();
      done.add("restarted " + entry.getKey());
    }
    for (var entry : dead) {
      if (!BoundedWait.cameTrue(LISTENS, () -> listensOrDied(entry.getValue()))
          || !entry.getValue().alive()) {
        broken.add(entry.getKey() + " did not come back; see " + entry.getValue().log());
      }
    }
  }

  /** The node starts those pods again that are no longer held. */
  private void release(FaultTargets targets) {
    var dead = new ArrayList<>(targets.all().entrySet());
    dead.removeIf(entry -> entry.getValue().alive() || !PodProcesses.isOne(entry.getKey()));
    dead.forEach(entry -> PodProcesses.release(entry.getValue()));
    for (var entry : dead) {
      if (BoundedWait.cameTrue(LISTENS, () -> PodProcesses.isBack(entry.getValue()))) {
        done.add("restarted " + entry.getKey());
      } else {
        broken.add(entry.getKey() + " did not come back; see " + entry.getValue().log());
      }
    }
  }

  private static boolean listensOrDied(DaemonProcess daemon) {
    return !daemon.alive() || !daemon.ports().isEmpty();
  }

  private void takenBack(List<InjectedFault> faults) {
    faults.forEach(fault -> done.add("undone: " + fault.text()));
  }

  private void awaitRedis() {
    if (!Files.isDirectory(folder.resolve("redis"))) {
      return;
    }
    try {
      redis().awaitWhole(WHOLE);
    } catch (IllegalStateException e) {
      broken.add("the Redis Cluster is not healthy after " + WHOLE.toSeconds() + " s");
    }
  }

  private RedisCluster redis() {
    return RedisCluster.adopt(folder.resolve("redis"));
  }

  /**
   * The failover of Redis primaries that died. The nodes keep nothing on disk: a primary that came
   * back before its replica took over would be empty, and would empty the replica too.
   */
  private record RedisFailoverWait(RedisCluster cluster) {
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
}
