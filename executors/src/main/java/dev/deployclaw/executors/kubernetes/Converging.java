package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.kubernetes.Act.Order;
import java.util.TreeMap;

/**
 * Says whether a gateway acts on an epoch: its Deployment carries the epoch's marks, its volume
 * shows the epoch's files, and every pod runs from there and is ready. A pod reads its file when it
 * starts, and ConfigMaps of ours don't change, so what a pod refers to is what it runs.
 */
final class Converging {
  private final int shardBytes;

  Converging(int shardBytes) {
    this.shardBytes = shardBytes;
  }

  /** One look. */
  Report converge(Standing standing, Order order) {
    return switch (Wanted.of(order.activation(), standing, shardBytes)) {
      case Wanted.Impossible(String reason) -> Report.no(standing.gateway().member(), reason);
      case Wanted.Unlisted(var why) -> why.kept(standing.gateway().member());
      case Wanted.Known known -> converge(standing, order, known);
    };
  }

  private static Report converge(Standing standing, Order order, Wanted.Known wanted) {
    String member = standing.gateway().member();
    long epoch = order.activation().epoch();
    if (standing.marks().epoch() != epoch) {
      return Report.no(member, "its Deployment is at epoch " + standing.marks().epoch());
    }
    if (!standing.files().same(wanted.bundle().files())) {
      var moved = KubernetesLooks.moved(standing);
      return Report.no(
          member, moved.orElse("its volume shows other files than the committed ones"));
    }
    var rollout = new Rollout(standing);
    var pending = rollout.pending();
    if (pending.isPresent()) {
      return rollout.stuck()
          ? Report.stuck(member, pending.get())
          : Report.no(member, pending.get());
    }
    var facts = new TreeMap<String, Object>();
    facts.put("files", standing.files().digest());
    facts.put("configMaps", References.names(standing.slot().volume()));
    facts.put("pods", standing.pods().size());
    return Report.yes(member, order.activation().digest(), facts);
  }
}
