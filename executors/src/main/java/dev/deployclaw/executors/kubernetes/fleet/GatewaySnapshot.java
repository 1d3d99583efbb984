package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapContents;
import dev.deployclaw.executors.kubernetes.configmap.GatewayAnnotations;
import dev.deployclaw.executors.kubernetes.configmap.MountedFiles;
import dev.deployclaw.executors.kubernetes.configmap.NginxFileSplitter;
import dev.deployclaw.executors.kubernetes.configmap.PublishAnnotations;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A gateway as one look at the API found it.
 *
 * @param maps of its namespace, by name: those that its volume names, and those of ours that were
 *     asked for
 * @param pods of its Deployment; empty where the look didn't need them
 */
public record GatewaySnapshot(
    KubernetesGateway gateway,
    Deployment deployment,
    PodTemplateVolume.Fit slot,
    GatewayAnnotations written,
    Map<String, ConfigMap> maps,
    List<Pod> pods)
    implements GatewayLookupResult {

  /**
   * What a look found besides a Deployment.
   *
   * @param shared whether the Deployment has other gateways, too
   */
  public record Around(boolean shared, Map<String, ConfigMap> maps, List<Pod> pods) {}

  /** A gateway whose Deployment was found; it may not be one that can be worked with. */
  public static GatewayLookupResult of(
      KubernetesGateway gateway, Deployment deployment, Around around) {
    return switch (PodTemplateVolume.of(gateway, deployment)) {
      case PodTemplateVolume.Unfit(String reason) -> lost(gateway, reason);
      case PodTemplateVolume.Fit fit -> {
        var place = new GatewayAnnotations.Place(deployment, around.shared());
        var marks =
            GatewayAnnotations.of(
                gateway, place, () -> files(fit.volume(), around.maps()).digest());
        yield marks.isEmpty()
            ? lost(
                gateway,
                "its annotations or labels "
                    + PublishAnnotations.PREFIX
                    + "* were changed: remove them")
            : new GatewaySnapshot(
                gateway, deployment, fit, marks.get(), around.maps(), around.pods());
      }
    };
  }

  private static GatewayLookupResult lost(KubernetesGateway gateway, String reason) {
    return new GatewayLookupResult.Lost(MemberReport.no(gateway.member(), reason));
  }

  /** Who published last. */
  public PublishAnnotations marks() {
    return written.marks();
  }

  /** What its volume shows now. */
  public MountedFiles files() {
    return files(slot.volume(), maps);
  }

  private static MountedFiles files(Volume volume, Map<String, ConfigMap> maps) {
    return MountedFiles.of(
        volume, name -> Optional.ofNullable(maps.get(name)).map(ConfigMapContents::of));
  }

  public Optional<ConfigMapContents> piece(String map) {
    return Optional.ofNullable(maps.get(map)).map(ConfigMapContents::of);
  }

  /** The text of its NGINX file, parts put together; empty where there is none. */
  Optional<String> text() {
    return NginxFileSplitter.joined(files().texts(), gateway.file());
  }

  /** The epochs of which ConfigMaps of ours are there, and their names. */
  public Map<String, Object> kept() {
    var found = new TreeMap<String, Object>();
    maps.forEach((name, map) -> {
      if (StagedConfigMaps.managed(map) && StagedConfigMaps.belongsTo(map, gateway)) {
        StagedConfigMaps.epoch(map)
            .ifPresent(e -> found.put(Long.toString(e), "ConfigMap " + name));
      }
    });
    return found;
  }

  /** Whether a volume shows these files, from ConfigMaps of ours, which can't change. */
  public boolean showsForGood(Volume volume, MountedFiles files) {
    return VolumeConfigMaps.ofConfigMaps(volume)
        && VolumeConfigMaps.names(volume).stream()
            .map(maps::get)
            .allMatch(m -> m != null && StagedConfigMaps.foreign(m, gateway).isEmpty())
        && files(volume, maps).same(files);
  }

  public Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    facts.put("member", gateway.member());
    facts.put("name", gateway.name());
    facts.put("namespace", gateway.namespace());
    facts.put("deployment", gateway.deployment());
    facts.put("image", String.valueOf(slot.container().getImage()));
    facts.put("configMaps", VolumeConfigMaps.names(slot.volume()));
    facts.put("epoch", marks().epoch());
    facts.put("replicas", DeploymentRollout.desired(deployment));
    text()
        .ifPresent(t -> facts.putAll(DesiredGatewayFile.found(t.getBytes(StandardCharsets.UTF_8))));
    return facts;
  }

  /** Why nothing can be put there; empty where it can. */
  public Optional<String> obstacle() {
    if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
      return Optional.of(
          "its Deployment is paused: kubectl -n %s rollout resume deployment/%s"
              .formatted(gateway.namespace(), gateway.deployment()));
    }
    return FieldOwnership.obstacle(deployment, gateway);
  }
}
