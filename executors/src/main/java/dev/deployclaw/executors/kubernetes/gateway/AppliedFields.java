package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What we applied to a Deployment before, with the values that it has now. Server-side apply takes
 * away what a manager applied once and doesn't name any more, so a volume of a gateway that the
 * configuration lost would lose its source.
 *
 * @param volumes by name, as apply takes them
 * @param annotations of ours
 * @param labels of ours
 */
record AppliedFields(
    Map<String, Map<String, Object>> volumes,
    Map<String, Object> annotations,
    Map<String, Object> labels) {
  private static final List<String> TO_VOLUMES =
      List.of("f:spec", "f:template", "f:spec", "f:volumes");
  private static final List<String> TO_ANNOTATIONS = List.of("f:metadata", "f:annotations");
  private static final List<String> TO_LABELS = List.of("f:metadata", "f:labels");

  static AppliedFields of(Deployment deployment) {
    var out = new AppliedFields(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    deployment.getMetadata().getManagedFields().stream()
        .filter(AppliedFields::isOurs)
        .map(e -> e.getFieldsV1().getAdditionalProperties())
        .forEach(fields -> {
          out.addVolumes(deployment, at(fields, TO_VOLUMES));
          var metadata = deployment.getMetadata();
          add(out.annotations, metadata.getAnnotations(), at(fields, TO_ANNOTATIONS));
          add(out.labels, metadata.getLabels(), at(fields, TO_LABELS));
        });
    return out;
  }

  private static boolean isOurs(ManagedFieldsEntry entry) {
    return KubernetesApi.MANAGER.equals(entry.getManager())
        && "Apply".equals(entry.getOperation())
        && entry.getFieldsV1() != null;
  }

  private void addVolumes(Deployment deployment, Map<?, ?> fields) {
    for (Volume volume : deployment.getSpec().getTemplate().getSpec().getVolumes()) {
      String key = "k:{\"name\":\"" + volume.getName() + "\"}";
      if (fields.get(key) instanceof Map<?, ?> owned) {
        var values = owned(owned, KubernetesJson.facts(volume));
        values.put("name", volume.getName());
        volumes.put(volume.getName(), values);
      }
    }
  }

  /** The part of an object that these fields name. */
  private static Map<String, Object> owned(Map<?, ?> fields, Map<?, ?> object) {
    var out = new TreeMap<String, Object>();
    object.forEach((key, value) -> {
      if (fields.get("f:" + key) instanceof Map<?, ?> below) {
        boolean parts = !below.isEmpty() && value instanceof Map<?, ?>;
        out.put(String.valueOf(key), parts ? owned(below, (Map<?, ?>) value) : value);
      }
    });
    return out;
  }

  /** The same volume, of another ConfigMap. */
  void rename(String volume, String map) {
    var values = new TreeMap<String, Object>(volumes.getOrDefault(volume, Map.of()));
    var source = new TreeMap<String, Object>();
    if (values.get("configMap") instanceof Map<?, ?> before) {
      before.forEach((key, value) -> source.put(String.valueOf(key), value));
    }
    source.put("name", map);
    values.put("name", volume);
    values.put("configMap", source);
    volumes.put(volume, values);
  }

  /**
   * For server-side apply: all that we say of the Deployment, since it takes away the rest. Volumes
   * stay in the Deployment's order: apply merges lists in the order of what is applied, and another
   * order is another template.
   */
  Map<String, Object> manifest(Deployment deployment) {
    var metadata = deployment.getMetadata();
    var ordered =
        deployment.getSpec().getTemplate().getSpec().getVolumes().stream()
            .map(Volume::getName)
            .filter(volumes::containsKey)
            .map(volumes::get)
            .toList();
    var template = Map.of("spec", Map.of("volumes", ordered));
    var said = new TreeMap<String, Object>(Map.of("annotations", annotations));
    if (!labels.isEmpty()) {
      said.put("labels", labels);
    }
    said.put("name", metadata.getName());
    said.put("namespace", metadata.getNamespace());
    said.put("resourceVersion", metadata.getResourceVersion());
    return Map.of(
        "apiVersion",
        "apps/v1",
        "kind",
        "Deployment",
        "metadata",
        said,
        "spec",
        Map.of("template", template));
  }

  private static void add(
      Map<String, Object> to, @Nullable Map<String, String> there, Map<?, ?> fields) {
    if (there != null) {
      there.forEach((key, value) -> {
        if (fields.containsKey("f:" + key)) {
          to.put(key, value);
        }
      });
    }
  }

  private static Map<?, ?> at(Map<?, ?> fields, List<String> steps) {
    Map<?, ?> now = fields;
    for (String step : steps) {
      now = now.get(step) instanceof Map<?, ?> below ? below : Map.of();
    }
    return now;
  }
}
