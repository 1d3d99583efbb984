package dev.deployclaw.container.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What stands in a pod, and what it refers to. */
final class PodParts {
  private PodParts() {}

  static Container container(PodSpec pod, String name) {
    return containers(pod).filter(c -> c.getName().equals(name)).findFirst().orElseThrow();
  }

  static Volume volume(PodSpec pod, String name) {
    return pod.getVolumes().stream()
        .filter(v -> v.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  /**
   * What services and network policies find: the numbers of all ports, and the names of those that
   * aren't of init containers.
   */
  static Set<String> ports(PodSpec pod) {
    var numbers =
        containers(pod)
            .flatMap(c -> c.getPorts().stream())
            .map(p -> String.valueOf(p.getContainerPort()));
    var names = pod.getContainers().stream().flatMap(c -> portNames(c).stream());
    return Stream.concat(numbers, names).collect(Collectors.toSet());
  }

  static Set<String> portNames(Container container) {
    return container.getPorts().stream().map(p -> p.getName()).collect(Collectors.toSet());
  }

  static Stream<String> probed(Container container) {
    return Stream.of(
            container.getStartupProbe(),
            container.getLivenessProbe(),
            container.getReadinessProbe())
        .filter(probe -> probe != null && probe.getExec() == null)
        .map(probe ->
            probe.getHttpGet() == null
                ? probe.getTcpSocket().getPort()
                : probe.getHttpGet().getPort())
        .map(PodParts::name);
  }

  /** A port's name, or its number. */
  static String name(IntOrString port) {
    return String.valueOf(port.getValue());
  }

  static Map<String, String> labels(LabelSelector selector) {
    return selector.getMatchLabels();
  }

  static List<String> configMaps(PodSpec pod) {
    var out = new ArrayList<String>();
    for (var volume : pod.getVolumes()) {
      if (volume.getConfigMap() != null) {
        out.add(volume.getConfigMap().getName());
      }
      if (volume.getProjected() != null) {
        volume.getProjected().getSources().stream()
            .filter(source -> source.getConfigMap() != null)
            .forEach(source -> out.add(source.getConfigMap().getName()));
      }
    }
    containers(pod)
        .flatMap(c -> c.getEnvFrom().stream())
        .forEach(from -> out.add(from.getConfigMapRef().getName()));
    return out;
  }

  static List<String> secrets(PodSpec pod) {
    return pod.getVolumes().stream()
        .filter(v -> v.getSecret() != null)
        .map(v -> v.getSecret().getSecretName())
        .toList();
  }
}
