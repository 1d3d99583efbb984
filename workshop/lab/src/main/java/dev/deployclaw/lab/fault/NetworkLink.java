package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.fault.FaultTargets.Named;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.network.PacketFirewall.Packets;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisClusterView;
import dev.deployclaw.testkit.redis.RedisNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be cut or slow: all that a process says and hears, or the replication between two Redis
 * nodes.
 *
 * @param either packets of it in both directions
 * @param towards packets of it in the direction that a delay slows: to the process, or from the
 *     primary to its replica
 * @param back packets in the opposite direction
 */
record NetworkLink(String name, List<Packets> either, List<Packets> towards, List<Packets> back) {
  NetworkLink {
    either = List.copyOf(either);
    towards = List.copyOf(towards);
    back = List.copyOf(back);
  }

  static NetworkLink of(Named target) throws ImpossibleFaultException {
    var ports = target.daemon().ports();
    if (ports.isEmpty()) {
      throw new ImpossibleFaultException(
          target.name() + " listens nowhere, or belongs to another user");
    }
    var either = new ArrayList<>(List.of(Packets.between(ports)));
    if (target.isRedis()) {
      String source = target.redis().source();
      either.add(Packets.all().sentBy(source));
      either.add(Packets.all().sentTo(source));
    }
    return new NetworkLink(
        target.name(), either, List.of(Packets.to(ports)), List.of(Packets.from(ports)));
  }

  /** Whichever of the two is the primary. The cluster's bus has ports of its own, and goes on. */
  static NetworkLink replication(FaultTargets targets, String name, String otherName)
      throws ImpossibleFaultException {
    var one = targets.running(name);
    var other = targets.running(otherName);
    if (!one.isRedis() || !other.isRedis()) {
      throw new ImpossibleFaultException(
          "only two Redis nodes have a link of their own; name one target");
    }
    var view =
        RedisCluster.adopt(targets.folder().resolve("redis"))
            .view()
            .orElseThrow(() ->
                new ImpossibleFaultException("no Redis node answers; see: deployclaw lab status"));
    if (!follows(view, one, other) && !follows(view, other, one)) {
      throw new ImpossibleFaultException(
          "%s and %s don't replicate each other; %s"
              .formatted(one.name(), other.name(), pairs(view)));
    }
    var towards =
        List.of(replicated(one.redis(), other.redis()), replicated(other.redis(), one.redis()));
    var back = List.of(answered(one.redis(), other.redis()), answered(other.redis(), one.redis()));
    var either = new ArrayList<>(towards);
    either.addAll(back);
    String names = Stream.of(one.name(), other.name()).sorted().collect(Collectors.joining(" "));
    return new NetworkLink(names, either, towards, back);
  }

  private static boolean follows(RedisClusterView view, Named replica, Named primary) {
    return view.replicasOf(primary.redis().address()).contains(replica.redis().address());
  }

  private static String pairs(RedisClusterView view) {
    var pairs = new ArrayList<String>();
    for (var primary : view.members()) {
      for (var replica : view.replicasOf(primary.address())) {
        pairs.add(called(replica) + " follows " + called(primary.address()));
      }
    }
    return String.join(", ", pairs);
  }

  private static String called(HostPort node) {
    return "redis/node-" + node.port();
  }

  private static Packets replicated(RedisNode from, RedisNode to) {
    return Packets.from(Set.of(from.address().port())).sentTo(to.source());
  }

  private static Packets answered(RedisNode by, RedisNode to) {
    return Packets.to(Set.of(to.address().port())).sentBy(by.source());
  }
}
