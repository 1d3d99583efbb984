package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.JsonPatchBuilder;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * ConfigMaps of ours: immutable, named by gateway, epoch and digest, and marked so that they are
 * found again by one list. If the marks or the content change, they are no longer ours.
 */
public final class StagedConfigMaps {
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String GATEWAY = PublishAnnotations.PREFIX + "gateway";
  private static final String EPOCH = PublishAnnotations.PREFIX + "epoch";
  private static final String RETIRED = PublishAnnotations.PREFIX + "retired";
  private static final String CONTENT = PublishAnnotations.PREFIX + "content";

  private static final Pattern NAME =
      Pattern.compile(KubernetesApi.MANAGER + "-.+-e(\\d{1,18})-[0-9a-f]+-\\d+");

  /** Selects all of ours. */
  public static final String OURS = MANAGED_BY + "=" + KubernetesApi.MANAGER;

  private StagedConfigMaps() {}

  public static String name(KubernetesGateway gateway, long epoch, String digest, int index) {
    return prefix(gateway.name(), epoch) + digest + "-" + index;
  }

  private static String prefix(String gateway, long epoch) {
    return KubernetesApi.MANAGER + "-" + gateway + "-e" + epoch + "-";
  }

  public static Map<String, String> labels(KubernetesGateway gateway, long epoch) {
    var labels = new TreeMap<String, String>();
    labels.put(MANAGED_BY, KubernetesApi.MANAGER);
    labels.put(GATEWAY, gateway.name());
    labels.put(EPOCH, Long.toString(epoch));
    return labels;
  }

  /** The label of all that we make. */
  public static Map<String, String> managed() {
    return Map.of(MANAGED_BY, KubernetesApi.MANAGER);
  }

  public static boolean managed(HasMetadata object) {
    return KubernetesApi.MANAGER.equals(object.getMetadata().getLabels().get(MANAGED_BY));
  }

  public static String selector(Collection<Long> epochs) {
    String all = epochs.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
    return OURS + "," + EPOCH + " in (" + all + ")";
  }

  public static String retiredSelector() {
    return OURS + "," + RETIRED + "=true";
  }

  public static ConfigMap map(
      KubernetesGateway gateway, long epoch, String name, ConfigMapContents piece) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(gateway.namespace())
        .withName(name)
        .withLabels(labels(gateway, epoch))
        .withAnnotations(Map.of(CONTENT, piece.digest()))
        .endMetadata()
        .withData(piece.data())
        .withBinaryData(piece.binary())
        .withImmutable(true)
        .build();
  }

  /** The epoch that a name of ours carries; empty for somebody else's name. */
  public static Optional<Long> epoch(String name) {
    var parts = NAME.matcher(name);
    return parts.matches() ? Optional.of(Long.parseLong(parts.group(1))) : Optional.empty();
  }

  /** The epoch that its label says; empty where that is none. */
  public static Optional<Long> epoch(ConfigMap map) {
    String epoch = map.getMetadata().getLabels().getOrDefault(EPOCH, "");
    return epoch.matches("\\d{1,18}") ? Optional.of(Long.parseLong(epoch)) : Optional.empty();
  }

  public static boolean belongsTo(HasMetadata object, KubernetesGateway gateway) {
    return gateway.name().equals(object.getMetadata().getLabels().get(GATEWAY));
  }

  public static boolean retired(ConfigMap map) {
    return "true".equals(map.getMetadata().getLabels().get(RETIRED));
  }

  /** A patch that marks it as no longer needed, though still in use. */
  public static JsonPatchBuilder retirement(ConfigMap map) {
    var labels = map.getMetadata().getLabels();
    return JsonPatchBuilder.NOTHING.put("/metadata/labels", labels, Map.of(RETIRED, "true"));
  }

  /** Why a ConfigMap with our label is not ours after all; empty for ours. */
  public static Optional<String> foreign(ConfigMap map, KubernetesGateway gateway) {
    var metadata = map.getMetadata();
    String epoch = metadata.getLabels().getOrDefault(EPOCH, "");
    boolean named =
        epoch.matches("\\d{1,18}")
            && metadata.getName().startsWith(prefix(gateway.name(), Long.parseLong(epoch)));
    if (!named) {
      return Optional.of("its name is not one of ours");
    }
    if (!Boolean.TRUE.equals(map.getImmutable())
        || !ConfigMapContents.of(map).digest().equals(metadata.getAnnotations().get(CONTENT))) {
      return Optional.of("it doesn't hold what we wrote");
    }
    var managers = metadata.getManagedFields();
    boolean written =
        managers.isEmpty()
            || managers.stream().anyMatch(m -> KubernetesApi.MANAGER.equals(m.getManager()));
    return written ? Optional.empty() : Optional.of("another writer created it");
  }
}
