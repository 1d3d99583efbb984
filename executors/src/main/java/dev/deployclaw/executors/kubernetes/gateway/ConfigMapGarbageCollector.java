package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Removes what was made for an epoch: only what carries our marks, holds what we wrote, and is as
 * it was read. A ConfigMap that a Deployment still refers to, since a later epoch has the same
 * file, is marked as retired and goes with a later discard.
 */
final class ConfigMapGarbageCollector {
  private static final int CONFLICT = 409;

  private ConfigMapGarbageCollector() {}

  static MemberReport discard(KubernetesApi api, GatewaySnapshot standing, long epoch)
      throws KubernetesException, InterruptedException {
    var gateway = standing.gateway();
    if (epoch <= 0) {
      return MemberReport.no(gateway.member(), "the state before the first change is kept");
    }
    if (standing.marks().epoch() == epoch) {
      return MemberReport.no(gateway.member(), "epoch " + epoch + " is live there");
    }
    var left = new ArrayList<String>();
    checks(api, gateway, epoch);
    for (var map : candidates(api, gateway, epoch)) {
      remove(api, standing, map).ifPresent(left::add);
    }
    return left.isEmpty()
        ? MemberReport.yes(gateway.member(), "", Map.of("epoch", epoch))
        : MemberReport.no(gateway.member(), String.join("; ", left));
  }

  /** Of the epoch, and those that were in use when theirs was discarded. */
  private static List<ConfigMap> candidates(
      KubernetesApi api, KubernetesGateway gateway, long epoch)
      throws KubernetesException, InterruptedException {
    var lists = api.lists();
    String of = gateway.namespace();
    var all = new ArrayList<ConfigMap>();
    all.addAll(lists.all(ResourceKind.CONFIG_MAPS, of, StagedConfigMaps.selector(List.of(epoch))));
    all.addAll(lists.all(ResourceKind.CONFIG_MAPS, of, StagedConfigMaps.retiredSelector()));
    return all.stream().filter(m -> StagedConfigMaps.belongsTo(m, gateway)).toList();
  }

  /** Why it stays; empty where it is gone, or retired. */
  private static Optional<String> remove(KubernetesApi api, GatewaySnapshot standing, ConfigMap map)
      throws KubernetesException, InterruptedException {
    String name = PodInspector.name(map);
    var foreign = StagedConfigMaps.foreign(map, standing.gateway());
    if (foreign.isPresent()) {
      return Optional.of("ConfigMap " + name + " is left alone: " + foreign.get());
    }
    try {
      if (VolumeConfigMaps.names(standing.slot().volume()).contains(name)) {
        retire(api, map);
        return Optional.empty();
      }
      var user = standing.pods().stream().filter(p -> uses(p, name)).findFirst();
      if (user.isPresent()) {
        return Optional.of(
            "pod " + PodInspector.name(user.get()) + " still uses ConfigMap " + name);
      }
      api.delete(ResourceKind.CONFIG_MAPS, map);
      return Optional.empty();
    } catch (KubernetesException e) {
      if (e.status() == CONFLICT) {
        return Optional.of("ConfigMap " + name + " changed meanwhile, and is left alone");
      }
      throw e;
    }
  }

  private static void retire(KubernetesApi api, ConfigMap map)
      throws KubernetesException, InterruptedException {
    if (!StagedConfigMaps.retired(map)) {
      api.patch(ResourceKind.CONFIG_MAPS, map, StagedConfigMaps.retirement(map));
    }
  }

  /** Pods that checked a file and were left behind by an agent that died. */
  private static void checks(KubernetesApi api, KubernetesGateway gateway, long epoch)
      throws KubernetesException, InterruptedException {
    for (var pod :
        api.lists()
            .all(
                ResourceKind.PODS,
                gateway.namespace(),
                StagedConfigMaps.selector(List.of(epoch)))) {
      if (StagedConfigMaps.belongsTo(pod, gateway)) {
        api.deleteNow(ResourceKind.PODS, pod);
      }
    }
  }

  private static boolean uses(Pod pod, String map) {
    Stream<Volume> volumes =
        pod.getSpec() == null ? Stream.of() : pod.getSpec().getVolumes().stream();
    return volumes.anyMatch(v -> VolumeConfigMaps.names(v).contains(map));
  }
}
