package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapContents;
import dev.deployclaw.executors.kubernetes.configmap.PublishAnnotations;
import dev.deployclaw.executors.kubernetes.configmap.VolumeBundle;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.DeploymentRollout;
import dev.deployclaw.executors.kubernetes.fleet.DesiredVolume;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.kubernetes.fleet.PodVolumes;
import dev.deployclaw.executors.kubernetes.gateway.GatewayAction.Order;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is to be done with one gateway, as it was read, to bring it to an epoch. */
sealed interface PublishStep {

  /** Nothing, and why. */
  record Said(MemberReport report) implements PublishStep {}

  /**
   * @param volume what the Deployment is to refer to; what it refers to already where {@code
   *     switches} is false
   * @param switched the generation of the Deployment in which the volume changed last
   */
  record Write(
      GatewaySnapshot standing,
      Volume volume,
      PublishAnnotations marks,
      boolean switches,
      long switched)
      implements PublishStep {

    String member() {
      return standing.gateway().member();
    }

    Map<String, Object> annotations() {
      return standing.written().annotations(marks, switched);
    }

    Map<String, Object> labels() {
      return standing.written().labels(marks);
    }

    MemberReport done() {
      var owners = FieldOwnership.others(standing.deployment(), standing.gateway().volume());
      var facts = new TreeMap<String, Object>();
      facts.put("changed", switches);
      facts.put("configMaps", VolumeConfigMaps.names(volume));
      if (switches && !owners.isEmpty()) {
        facts.put(
            "taken_from", owners.stream().map(FieldOwnership.Owner::manager).distinct().toList());
      }
      return MemberReport.yes(member(), marks.digest(), facts);
    }
  }

  static PublishStep of(
      KubernetesApi api, GatewaySnapshot standing, Order order, DesiredVolume wanted)
      throws KubernetesException, InterruptedException {
    return switch (wanted) {
      case DesiredVolume.Impossible(String reason) ->
          new Said(MemberReport.no(standing.gateway().member(), reason));
      case DesiredVolume.Unlisted(var why) -> new Said(why.kept(standing.gateway().member()));
      case DesiredVolume.Known known -> of(api, standing, order, known);
    };
  }

  private static PublishStep of(
      KubernetesApi api, GatewaySnapshot standing, Order order, DesiredVolume.Known wanted)
      throws KubernetesException, InterruptedException {
    var gateway = standing.gateway();
    var activation = order.activation();
    var overtaken = GatewayAction.overtaken(gateway, standing.written().fence(), order);
    if (overtaken.isPresent()) {
      return new Said(overtaken.get());
    }
    var bundle = wanted.bundle();
    var files = bundle.files().digest();
    var marks =
        new PublishAnnotations(order.term(), activation.epoch(), activation.digest(), files);
    var volume = volume(api, standing, activation.epoch(), wanted);
    if (volume.isEmpty()) {
      String why = ConfigMapStager.unread(standing, activation.epoch(), bundle).orElse("");
      return new Said(MemberReport.no(gateway.member(), why));
    }
    boolean switches = !volume.get().equals(standing.slot().volume());
    if (!switches && said(standing.marks(), marks)) {
      var facts = Map.<String, Object>of("changed", false);
      return new Said(MemberReport.yes(gateway.member(), activation.digest(), facts));
    }
    long generation = DeploymentRollout.generation(standing.deployment());
    long switched =
        switches ? generation + 1 : standing.written().switchedBefore(activation, generation);
    var obstacle = switches ? standing.obstacle() : Optional.<String>empty();
    return obstacle.isPresent()
        ? new Said(MemberReport.no(gateway.member(), obstacle.get()))
        : new Write(standing, volume.get(), marks, switches, switched);
  }

  private static boolean said(PublishAnnotations there, PublishAnnotations wanted) {
    return there.epoch() == wanted.epoch()
        && there.digest().equals(wanted.digest())
        && there.files().equals(wanted.files());
  }

  /**
   * What the Deployment is to refer to: what was found before the first change, where that is put
   * back and still is what it was; what it refers to already, or else what pods of it still run,
   * where that shows the same files and can't change; else what was staged. Empty where that isn't
   * there.
   */
  private static Optional<Volume> volume(
      KubernetesApi api, GatewaySnapshot standing, long epoch, DesiredVolume.Known wanted)
      throws KubernetesException, InterruptedException {
    var bundle = wanted.bundle();
    if (wanted.former() && unchanged(api, standing, bundle)) {
      return Optional.of(bundle.volume());
    }
    var files = bundle.files();
    if (standing.showsForGood(standing.slot().volume(), files)) {
      return Optional.of(standing.slot().volume());
    }
    var running = new PodVolumes(standing).with(files);
    if (running.isPresent()) {
      return running;
    }
    return ConfigMapStager.unread(standing, epoch, bundle).isEmpty()
        ? Optional.of(bundle.staged(standing.gateway(), epoch))
        : Optional.empty();
  }

  private static boolean unchanged(KubernetesApi api, GatewaySnapshot standing, VolumeBundle bundle)
      throws KubernetesException, InterruptedException {
    for (var entry : bundle.pieces().entrySet()) {
      var there = api.get(ResourceKind.CONFIG_MAPS, standing.gateway().namespace(), entry.getKey());
      if (there.map(ConfigMapContents::of).filter(entry.getValue()::equals).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
