package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who else says where a gateway's volume comes from, by the field managers of its Deployment
 * (Kubernetes, "Server-Side Apply"). One that <i>applies</i> the field says so again at its next
 * round and is never overruled; one that <i>updated</i> it, as {@code kubectl create} does, wrote
 * it once, and we take it over. Who owns a key of a ConfigMap's data is told in the same way.
 */
public final class FieldOwnership {
  private static final List<String> TO_VOLUMES =
      List.of("f:spec", "f:template", "f:spec", "f:volumes");

  private FieldOwnership() {}

  /**
   * @param time of its last write; empty where the server doesn't say
   */
  public record Owner(String manager, boolean applies, String time) {
    public static Owner of(ManagedFieldsEntry entry) {
      return new Owner(
          Objects.requireNonNullElse(entry.getManager(), "somebody"),
          "Apply".equals(entry.getOperation()),
          Objects.requireNonNullElse(entry.getTime(), ""));
    }

    public String words() {
      return manager + (time.isEmpty() ? "" : " at " + time);
    }
  }

  /** Who owns one key of a ConfigMap's data, the latest last; nobody where the server says none. */
  public static List<Owner> ofKey(ConfigMap map, String key) {
    return map.getMetadata().getManagedFields().stream()
        .filter(e -> below(below(fields(e), "f:data"), "f:" + key) != null)
        .map(Owner::of)
        .sorted(Comparator.comparing(Owner::time))
        .toList();
  }

  /** The others, the latest last. */
  public static List<Owner> others(Deployment deployment, String volume) {
    return deployment.getMetadata().getManagedFields().stream()
        .filter(e -> !KubernetesApi.MANAGER.equals(e.getManager()) && owns(e, volume))
        .map(Owner::of)
        .sorted(Comparator.comparing(Owner::time))
        .toList();
  }

  /** What is in the way, and what to do. */
  public static Optional<String> obstacle(Deployment deployment, KubernetesGateway gateway) {
    var ownership = VolumeHandoverStatus.of(deployment, gateway);
    return ownership.appliers().isEmpty() ? Optional.empty() : Optional.of(ownership.left());
  }

  private static boolean owns(ManagedFieldsEntry entry, String volume) {
    var owned = ofVolume(entry, volume);
    return below(below(owned, "f:configMap"), "f:name") != null
        || below(below(owned, "f:projected"), "f:sources") != null;
  }

  /** What an entry owns of one volume of a pod template; empty for none. */
  static Map<?, ?> ofVolume(ManagedFieldsEntry entry, String volume) {
    Object fields = fields(entry);
    for (String step : TO_VOLUMES) {
      fields = below(fields, step);
    }
    return below(fields, "k:{\"name\":\"" + volume + "\"}") instanceof Map<?, ?> owned
        ? owned
        : Map.of();
  }

  private static @Nullable Object fields(ManagedFieldsEntry entry) {
    return entry.getFieldsV1() == null ? null : entry.getFieldsV1().getAdditionalProperties();
  }

  private static @Nullable Object below(@Nullable Object fields, String step) {
    return fields instanceof Map<?, ?> map ? map.get(step) : null;
  }
}
