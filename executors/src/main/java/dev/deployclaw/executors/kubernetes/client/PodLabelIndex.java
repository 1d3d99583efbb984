package dev.deployclaw.executors.kubernetes.client;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A namespace's pods by each of their labels, so that finding every Deployment's own costs about as
 * much as there are pods, and not that for each Deployment. Pods that are over are left out, those
 * on their way out are not.
 */
public final class PodLabelIndex {
  private final List<Pod> all;
  private final Map<Map.Entry<String, String>, List<Pod>> byLabel = new HashMap<>();

  private PodLabelIndex(List<Pod> all) {
    this.all = all;
  }

  public static PodLabelIndex of(List<Pod> pods) {
    var index = new PodLabelIndex(pods.stream().filter(p -> !PodInspector.over(p)).toList());
    for (var pod : index.all) {
      for (var label : pod.getMetadata().getLabels().entrySet()) {
        index
            .byLabel
            .computeIfAbsent(Map.entry(label.getKey(), label.getValue()), _ -> new ArrayList<>())
            .add(pod);
      }
    }
    return index;
  }

  /** Those that a Deployment's selector takes. */
  public List<Pod> of(Deployment deployment) {
    var selector = deployment.getSpec().getSelector();
    return candidates(selector == null ? Map.of() : selector.getMatchLabels()).stream()
        .filter(p -> PodInspector.selected(selector, p.getMetadata().getLabels()))
        .toList();
  }

  /** The fewest that one of the labels leaves. */
  private List<Pod> candidates(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(l -> byLabel.getOrDefault(Map.entry(l.getKey(), l.getValue()), List.of()))
        .min(Comparator.comparingInt(List::size))
        .orElse(all);
  }
}
