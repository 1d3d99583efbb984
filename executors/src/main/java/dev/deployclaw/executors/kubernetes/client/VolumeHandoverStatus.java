package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership.Owner;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far the handover of a gateway's volume is, by the managed fields of its Deployment. A field
 * that nobody owns any more is removed with its value; so what another tool applies has to be ours
 * as well before that tool lets go of it (Kubernetes, "Server-Side Apply", transferring ownership).
 *
 * @param appliers of the volume's source but us: they would put it back
 * @param unshared fields of the volume that others own and we don't
 * @param rewritten whether {@code kubectl apply} without {@code --server-side} made the volume, and
 *     so puts it back, or removes it, at its next run
 */
public record VolumeHandoverStatus(
    KubernetesGateway gateway, List<Owner> appliers, Set<String> unshared, boolean rewritten) {
  /** Who has to do the next step. */
  public enum Step {
    /** The volume is the agent's alone. */
    DONE,
    /** We share what others apply. */
    SHARE,
    /** The others let go of it. */
    RELEASE
  }

  public static VolumeHandoverStatus of(Deployment deployment, KubernetesGateway gateway) {
    String volume = gateway.volume();
    var entries = deployment.getMetadata().getManagedFields();
    var ours = new TreeSet<String>();
    var theirs = new TreeSet<String>();
    for (var entry : entries) {
      boolean own = KubernetesApi.MANAGER.equals(entry.getManager());
      leaves("", FieldOwnership.ofVolume(entry, volume)).forEach((own ? ours : theirs)::add);
    }
    theirs.removeAll(ours);
    var appliers =
        FieldOwnership.others(deployment, volume).stream().filter(Owner::applies).toList();
    return new VolumeHandoverStatus(gateway, appliers, theirs, lastApplied(deployment, volume));
  }

  public Step step() {
    if (appliers.isEmpty() && !rewritten) {
      return Step.DONE;
    }
    return unshared.isEmpty() ? Step.RELEASE : Step.SHARE;
  }

  /** What is still to be done, for people; what was done, where that is all. */
  public String left() {
    String volume = gateway.volume();
    return switch (step()) {
      case DONE -> "the agent alone owns its volume %s".formatted(volume);
      case SHARE ->
          ("%s applies the source of its volume %s, and would overwrite it: hand it "
                  + "over in two steps. First run: deployclaw handover %s. It makes the agent an "
                  + "owner of the volume, too. Only then remove the volume from what %s applies: "
                  + "any earlier, that would destroy it")
              .formatted(managers(), volume, gateway.name(), managers());
      case RELEASE ->
          ("%s still applies the source of its volume %s, which the agent owns as well "
                  + "now: %s; then run: deployclaw handover %s --check")
              .formatted(managers(), volume, release(), gateway.name());
    };
  }

  /** The whole entry: a part of it that stays would stay that tool's. */
  private String release() {
    String then =
        appliers.isEmpty()
            ? ", and run kubectl apply set-last-applied -f FILE before the next kubectl apply, or it"
                + " removes the volume"
            : ", and let it apply that";
    return ("remove the whole entry \"- name: %s\" from the pod template's volumes in what %s "
                + "applies")
            .formatted(gateway.volume(), managers())
        + then;
  }

  String managers() {
    return Stream.concat(
            appliers.stream().map(Owner::manager),
            rewritten ? Stream.of("kubectl apply") : Stream.of())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /** Paths of the fields that stand for a value: a dot is the whole, which its parts keep. */
  private static Stream<String> leaves(String path, Map<?, ?> fields) {
    return fields.entrySet().stream()
        .filter(e -> !".".equals(e.getKey()))
        .flatMap(e -> {
          String at = path + "/" + e.getKey();
          return e.getValue() instanceof Map<?, ?> below && !below.isEmpty()
              ? leaves(at, below)
              : Stream.of(at);
        });
  }

  /** Whether the manifest of the last client-side apply has a source for the volume. */
  private static boolean lastApplied(Deployment deployment, String volume) {
    String manifest =
        Objects.requireNonNullElse(
                deployment.getMetadata().getAnnotations(), Map.<String, String>of())
            .getOrDefault("kubectl.kubernetes.io/last-applied-configuration", "");
    if (!manifest.startsWith("{")) {
      return false;
    }
    try {
      return volumes(KubernetesJson.read(manifest, Deployment.class)).anyMatch(volume::equals);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      return false;
    }
  }

  private static Stream<String> volumes(Deployment applied) {
    return Stream.ofNullable(applied.getSpec())
        .flatMap(s -> Stream.ofNullable(s.getTemplate()))
        .flatMap(t -> Stream.ofNullable(t.getSpec()))
        .flatMap(s -> s.getVolumes().stream())
        .map(Volume::getName);
  }
}
