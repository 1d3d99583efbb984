package dev.deployclaw.executors.kubernetes;

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
record PodVolumes(Standing standing) {

  /** The volume of each pod that stays. */
  static Stream<Volume> of(KubernetesGateway gateway, List<Pod> pods) {
    return pods.stream().flatMap(p -> of(gateway, p).stream());
  }

  /** The one of most pods, ready ones first, that shows these files and can't change. */
  Optional<Volume> with(Mounted files) {
    var ready = new HashMap<Volume, Integer>();
    var all = new HashMap<Volume, Integer>();
    for (var pod : standing.pods()) {
      of(standing.gateway(), pod)
          .filter(v -> standing.showsForGood(v, files))
          .ifPresent(v -> {
            ready.merge(v, Pods.ready(pod) ? 1 : 0, Integer::sum);
            all.merge(v, 1, Integer::sum);
          });
    }
    Comparator<Volume> byReady = Comparator.comparing(ready::get);
    return all.keySet().stream().max(byReady.thenComparing(all::get).thenComparing(Json::text));
  }

  /** Whether a ready pod runs these files. */
  boolean serve(Mounted files) {
    return of(standing.gateway(), standing.pods().stream().filter(Pods::ready).toList())
        .anyMatch(v -> standing.showsForGood(v, files));
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
