package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.DeploymentRollout;
import dev.deployclaw.executors.kubernetes.fleet.DesiredVolume;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.kubernetes.gateway.GatewayAction.Order;
import java.util.TreeMap;

/**
 * Says whether a gateway acts on an epoch: its Deployment carries the epoch's marks and names its
 * policies, its volume shows the epoch's files, and every pod runs from there and is ready. A pod
 * reads its file when it starts, and ConfigMaps of ours don't change, so what a pod refers to is
 * what it runs.
 */
record DeploymentConvergence(int shardBytes) {
  /** One look. */
  MemberReport converge(GatewaySnapshot standing, Order order) {
    return switch (DesiredVolume.of(order.activation(), standing, shardBytes)) {
      case DesiredVolume.Impossible(String reason) ->
          MemberReport.no(standing.gateway().member(), reason);
      case DesiredVolume.Unlisted(var why) -> why.kept(standing.gateway().member());
      case DesiredVolume.Known known -> converge(standing, order, known);
    };
  }

  private static MemberReport converge(
      GatewaySnapshot standing, Order order, DesiredVolume.Known wanted) {
    String member = standing.gateway().member();
    long epoch = order.activation().epoch();
    if (standing.marks().epoch() != epoch) {
      return MemberReport.no(member, "its Deployment is at epoch " + standing.marks().epoch());
    }
    String digest = standing.marks().digest();
    if (!digest.equals(order.activation().digest())) {
      return MemberReport.no(
          member, "its Deployment is at epoch %d of the policies %.12s".formatted(epoch, digest));
    }
    if (!standing.files().same(wanted.bundle().files())) {
      var moved = DeploymentInspector.moved(standing);
      return MemberReport.no(
          member, moved.orElse("its volume shows other files than the committed ones"));
    }
    var rollout = new DeploymentRollout(standing);
    var pending = rollout.pending();
    if (pending.isPresent()) {
      return rollout.stuck()
          ? MemberReport.stuck(member, pending.get())
          : MemberReport.no(member, pending.get());
    }
    var facts = new TreeMap<String, Object>();
    facts.put("files", standing.files().digest());
    facts.put("configMaps", VolumeConfigMaps.names(standing.slot().volume()));
    facts.put("pods", standing.pods().size());
    return MemberReport.yes(member, order.activation().digest(), facts);
  }
}
