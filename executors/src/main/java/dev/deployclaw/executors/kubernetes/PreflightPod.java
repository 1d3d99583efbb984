package dev.deployclaw.executors.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The pod that checks a file: the gateway's image, security and volumes, none of its labels (a
 * service would send it requests), environment or credentials. Volumes that keep or share something
 * are empty folders here, so that a check leaves no trace.
 */
final class PreflightPod {
  static final String CONTAINER = "check";

  private PreflightPod() {}

  static Pod of(Preflight.Check check, Duration atMost) {
    var gateway = check.standing().gateway();
    var labels = new TreeMap<>(Staged.labels(gateway, check.epoch()));
    labels.put(Marks.PREFIX + "role", "preflight");
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(gateway.namespace())
        .withName(Api.MANAGER + "-" + gateway.name() + "-e" + check.epoch() + "-preflight")
        .withLabels(labels)
        .endMetadata()
        .withSpec(spec(check, atMost))
        .build();
  }

  private static PodSpec spec(Preflight.Check check, Duration atMost) {
    var like = check.standing().deployment().getSpec().getTemplate().getSpec();
    var container = container(check);
    var mounted =
        container.getVolumeMounts().stream().map(VolumeMount::getName).collect(Collectors.toSet());
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withActiveDeadlineSeconds(Math.max(1, atMost.toSeconds()))
        .withTerminationGracePeriodSeconds(0L)
        .withAutomountServiceAccountToken(false)
        .withServiceAccountName(like.getServiceAccountName())
        .withImagePullSecrets(like.getImagePullSecrets())
        .withSecurityContext(like.getSecurityContext())
        .withNodeSelector(like.getNodeSelector())
        .withTolerations(like.getTolerations())
        .withRuntimeClassName(like.getRuntimeClassName())
        .withDnsPolicy(like.getDnsPolicy())
        .withDnsConfig(like.getDnsConfig())
        .withHostAliases(like.getHostAliases())
        .withVolumes(volumes(check, like, mounted))
        .withContainers(container)
        .build();
  }

  private static Container container(Preflight.Check check) {
    var slot = check.standing().slot();
    var gateway = check.standing().gateway();
    var like = slot.container();
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(like.getImage())
        .withImagePullPolicy(like.getImagePullPolicy())
        .withCommand(gateway.binary(), "-t", "-q", "-c", slot.mount() + "/" + gateway.file())
        .withSecurityContext(like.getSecurityContext())
        .withResources(like.getResources())
        .withVolumeMounts(like.getVolumeMounts())
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  private static List<Volume> volumes(Preflight.Check check, PodSpec like, Set<String> mounted) {
    var gateway = check.standing().gateway();
    return like.getVolumes().stream()
        .filter(v -> mounted.contains(v.getName()))
        .map(v ->
            v.getName().equals(gateway.volume())
                ? check.bundle().staged(gateway, check.epoch())
                : harmless(v))
        .toList();
  }

  private static Volume harmless(Volume volume) {
    boolean reads =
        volume.getConfigMap() != null
            || volume.getSecret() != null
            || volume.getProjected() != null
            || volume.getDownwardAPI() != null;
    return reads
        ? volume
        : new VolumeBuilder().withName(volume.getName()).withNewEmptyDir().endEmptyDir().build();
  }
}
