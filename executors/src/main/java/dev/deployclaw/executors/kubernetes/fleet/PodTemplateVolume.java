package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The place in a pod template where a gateway's file comes from. */
public sealed interface PodTemplateVolume {
  /**
   * @param mount the folder in the container
   */
  record Fit(Container container, Volume volume, String mount) implements PodTemplateVolume {}

  /** The template can't be served as it is; what is wrong, and what to do. */
  record Unfit(String reason) implements PodTemplateVolume {}

  static PodTemplateVolume of(KubernetesGateway gateway, Deployment deployment) {
    var spec = deployment.getSpec().getTemplate().getSpec();
    var container = container(spec, gateway.container());
    if (container.isEmpty()) {
      return absent("container", gateway.container(), names(spec));
    }
    var volume =
        spec.getVolumes().stream().filter(v -> v.getName().equals(gateway.volume())).findFirst();
    if (volume.isEmpty()) {
      return absent(
          "volume", gateway.volume(), spec.getVolumes().stream().map(Volume::getName).toList());
    }
    if (!VolumeConfigMaps.ofConfigMaps(volume.get())) {
      return new Unfit(
          "its volume %s is not made of ConfigMaps alone: make it a configMap volume"
              .formatted(gateway.volume()));
    }
    return mounted(gateway, container.get(), volume.get());
  }

  private static PodTemplateVolume mounted(
      KubernetesGateway gateway, Container container, Volume volume) {
    var mounts =
        container.getVolumeMounts().stream()
            .filter(m -> m.getName().equals(gateway.volume()))
            .toList();
    if (mounts.isEmpty()) {
      return new Unfit(
          "its container %s doesn't mount the volume %s: mount it as a folder"
              .formatted(container.getName(), gateway.volume()));
    }
    var single = mounts.stream().filter(PodTemplateVolume::isSingleFile).findFirst();
    if (single.isPresent()) {
      return new Unfit(
          ("its container %s mounts the volume %s by subPath at %s, which is never updated and holds"
                  + " one file only: mount the volume as a folder, without subPath, and start NGINX"
                  + " with -c <folder>/%s")
              .formatted(
                  container.getName(),
                  gateway.volume(),
                  single.get().getMountPath(),
                  gateway.file()));
    }
    return new Fit(container, volume, mounts.getFirst().getMountPath().replaceAll("/+$", ""));
  }

  private static boolean isSingleFile(VolumeMount mount) {
    return Stream.of(mount.getSubPath(), mount.getSubPathExpr())
        .anyMatch(path -> path != null && !path.isEmpty());
  }

  private static Optional<Container> container(PodSpec spec, String name) {
    return spec.getContainers().stream().filter(c -> c.getName().equals(name)).findFirst();
  }

  private static List<String> names(PodSpec spec) {
    return spec.getContainers().stream().map(Container::getName).toList();
  }

  private static Unfit absent(String what, String name, List<String> there) {
    return new Unfit("its pods have no %s %s, only %s".formatted(what, name, there));
  }
}
