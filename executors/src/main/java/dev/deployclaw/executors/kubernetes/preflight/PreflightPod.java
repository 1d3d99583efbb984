package dev.deployclaw.executors.kubernetes.preflight;

import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.configmap.PublishAnnotations;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The pod that checks a file: the gateway's image and the staged file, and nothing else of the
 * gateway's: no label (a service would send it requests), environment, secret, service account or
 * volume. What NGINX writes while it reads goes to empty folders. It has no right, whatever the
 * gateway has; {@code container/kubernetes/admission.yaml} holds the agent to this shape.
 */
final class PreflightPod {
  static final String CONTAINER = "check";

  private static final String SCRATCH = "deployclaw-scratch-";

  private PreflightPod() {}

  static Pod of(ConfigPreflight.Check check, Duration atMost) {
    var gateway = check.standing().gateway();
    var labels = new TreeMap<>(StagedConfigMaps.labels(gateway, check.epoch()));
    labels.put(PublishAnnotations.PREFIX + "role", "preflight");
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(gateway.namespace())
        .withName(
            KubernetesApi.MANAGER + "-" + gateway.name() + "-e" + check.epoch() + "-preflight")
        .withLabels(labels)
        .endMetadata()
        .withSpec(spec(check, atMost))
        .build();
  }

  private static PodSpec spec(ConfigPreflight.Check check, Duration atMost) {
    var like = check.standing().deployment().getSpec().getTemplate().getSpec();
    var folders = folders(check);
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withActiveDeadlineSeconds(Math.max(1, atMost.toSeconds()))
        .withTerminationGracePeriodSeconds(0L)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withImagePullSecrets(like.getImagePullSecrets())
        .withSecurityContext(PreflightSecurityContext.ofPod(check))
        .withNodeSelector(like.getNodeSelector())
        .withTolerations(like.getTolerations())
        .withRuntimeClassName(like.getRuntimeClassName())
        .withDnsPolicy(like.getDnsPolicy())
        .withDnsConfig(like.getDnsConfig())
        .withHostAliases(like.getHostAliases())
        .withVolumes(volumes(check, folders.size()))
        .withContainers(container(check, folders))
        .build();
  }

  private static Container container(ConfigPreflight.Check check, List<String> folders) {
    var slot = check.standing().slot();
    var gateway = check.standing().gateway();
    var like = slot.container();
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(like.getImage())
        .withImagePullPolicy(like.getImagePullPolicy())
        .withCommand(gateway.binary(), "-t", "-q", "-c", slot.mount() + "/" + gateway.file())
        .withSecurityContext(PreflightSecurityContext.ofContainer())
        .withResources(like.getResources())
        .withVolumeMounts(mounts(check, folders))
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  /** Where the file tells NGINX to write; the mount of the file itself takes nothing. */
  private static List<String> folders(ConfigPreflight.Check check) {
    var site = check.standing().gateway().site();
    return Stream.of(site.pidFile(), site.accessLog())
        .map(file -> String.valueOf(file.getParent()))
        .filter(folder -> !folder.equals("/") && !folder.equals(check.standing().slot().mount()))
        .distinct()
        .toList();
  }

  private static List<VolumeMount> mounts(ConfigPreflight.Check check, List<String> folders) {
    var mounts = new ArrayList<VolumeMount>();
    mounts.add(
        new VolumeMountBuilder()
            .withName(check.standing().gateway().volume())
            .withMountPath(check.standing().slot().mount())
            .withReadOnly(true)
            .build());
    for (int i = 0; i < folders.size(); i++) {
      mounts.add(
          new VolumeMountBuilder().withName(SCRATCH + i).withMountPath(folders.get(i)).build());
    }
    return mounts;
  }

  private static List<Volume> volumes(ConfigPreflight.Check check, int folders) {
    var volumes = new ArrayList<Volume>();
    volumes.add(check.bundle().staged(check.standing().gateway(), check.epoch()));
    for (int i = 0; i < folders; i++) {
      volumes.add(
          new VolumeBuilder()
              .withName(SCRATCH + i)
              .withNewEmptyDir()
              .withSizeLimit(new Quantity("16Mi"))
              .endEmptyDir()
              .build());
    }
    return volumes;
  }
}
