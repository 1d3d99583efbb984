package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.configmap.MountedFiles;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a gateway's pods run from. A pod's volume is a copy of the template's at its time: a
 * template that has that very volume again has its former hash, so the pods' ReplicaSet comes back
 * with them.
 */
public record PodVolumes(GatewaySnapshot standing) {

  /** The volume of each pod that stays. */
  static Stream<Volume> of(KubernetesGateway gateway, List<Pod> pods) {
    return pods.stream().flatMap(p -> of(gateway, p).stream());
  }

  /** How many pods run from a volume. */
  private record Use(Volume volume, int ready, int all) {
    Use and(Use other) {
      return new Use(volume, ready + other.ready, all + other.all);
    }
  }

  /** The one of most pods, ready ones first, that shows these files and can't change. */
  public Optional<Volume> with(MountedFiles files) {
    return uses(files)
        .max(
            Comparator.comparingInt(Use::ready)
                .thenComparingInt(Use::all)
                .thenComparing(use -> KubernetesJson.text(use.volume())))
        .map(Use::volume);
  }

  /** Whether a ready pod runs these files. */
  public boolean serve(MountedFiles files) {
    return uses(files).anyMatch(use -> use.ready() > 0);
  }

  private Stream<Use> uses(MountedFiles files) {
    var uses = new HashMap<Volume, Use>();
    for (var pod : standing.pods()) {
      of(standing.gateway(), pod)
          .map(volume -> new Use(volume, PodInspector.ready(pod) ? 1 : 0, 1))
          .ifPresent(use -> uses.merge(use.volume(), use, Use::and));
    }
    return uses.values().stream().filter(use -> standing.showsForGood(use.volume(), files));
  }

  private static Optional<Volume> of(KubernetesGateway gateway, Pod pod) {
    if (pod.getSpec() == null || pod.getMetadata().getDeletionTimestamp() != null) {
      return Optional.empty();
    }
    return pod.getSpec().getVolumes().stream()
        .filter(v -> v.getName().equals(gateway.volume()))
        .findFirst();
  }
}
