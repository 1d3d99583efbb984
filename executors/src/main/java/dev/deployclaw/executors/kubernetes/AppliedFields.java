package dev.deployclaw.executors.kubernetes;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What we applied to a Deployment before, with the values that it has now. Server-side apply takes
 * away what a manager applied once and doesn't name any more, so a volume of a gateway that the
 * configuration lost would lose its source.
 *
 * @param volumes by name, as apply takes them
 * @param annotations of ours
 */
record AppliedFields(
    SortedMap<String, Map<String, Object>> volumes, SortedMap<String, Object> annotations) {
  private static final List<String> TO_VOLUMES =
      List.of("f:spec", "f:template", "f:spec", "f:volumes");
  private static final List<String> TO_ANNOTATIONS = List.of("f:metadata", "f:annotations");

  static AppliedFields of(Deployment deployment) {
    var out = new AppliedFields(new TreeMap<>(), new TreeMap<>());
    deployment.getMetadata().getManagedFields().stream()
        .filter(AppliedFields::isOurs)
        .map(e -> e.getFieldsV1().getAdditionalProperties())
        .forEach(fields -> {
          out.addVolumes(deployment, at(fields, TO_VOLUMES));
          out.addAnnotations(deployment, at(fields, TO_ANNOTATIONS));
        });
    return out;
  }

  private static boolean isOurs(ManagedFieldsEntry entry) {
    return Api.MANAGER.equals(entry.getManager())
        && "Apply".equals(entry.getOperation())
        && entry.getFieldsV1() != null;
  }

  private void addVolumes(Deployment deployment, Map<?, ?> fields) {
    for (Volume volume : deployment.getSpec().getTemplate().getSpec().getVolumes()) {
      String key = "k:{\"name\":\"" + volume.getName() + "\"}";
      if (fields.containsKey(key)) {
        boolean source = at(fields, List.of(key, "f:configMap")).containsKey("f:name");
        var map = Optional.ofNullable(volume.getConfigMap()).filter(_ -> source);
        volumes.put(
            volume.getName(),
            map.map(m -> DeploymentWrite.volume(volume.getName(), m.getName()))
                .orElseGet(() -> Map.of("name", volume.getName())));
      }
    }
  }

  private void addAnnotations(Deployment deployment, Map<?, ?> fields) {
    deployment
        .getMetadata()
        .getAnnotations()
        .forEach((key, value) -> {
          if (fields.containsKey("f:" + key)) {
            annotations.put(key, value);
          }
        });
  }

  private static Map<?, ?> at(Map<?, ?> fields, List<String> steps) {
    Map<?, ?> now = fields;
    for (String step : steps) {
      now = now.get(step) instanceof Map<?, ?> below ? below : Map.of();
    }
    return now;
  }
}
