package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.executors.kubernetes.client.JsonPatchBuilder;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One write of a Deployment for all its gateways that are to be changed: their volumes and their
 * marks, or none of them, and one rollout. Server-side apply where each volume goes on to be one
 * ConfigMap; a JSON patch where its shape changes or the server knows no apply.
 *
 * @param deployment as it was read; one that changed since is a conflict
 */
record DeploymentWrite(Deployment deployment, List<PublishStep.Write> writes) {
  DeploymentWrite {
    writes = List.copyOf(writes);
  }

  void send(KubernetesApi api, KubernetesApi.Mode mode)
      throws KubernetesException, InterruptedException {
    boolean applied =
        writes.stream().allMatch(DeploymentWrite::isRenaming)
            && api.apply(ResourceKind.DEPLOYMENTS, deployment, applied(), mode).isPresent();
    if (!applied) {
      api.patch(ResourceKind.DEPLOYMENTS, deployment, patched(), mode);
    }
  }

  /** Whether all that changes is the name of one ConfigMap: apply can't take fields away. */
  private static boolean isRenaming(PublishStep.Write write) {
    var now = write.standing().slot().volume();
    var from = VolumeConfigMaps.plain(now);
    var to = VolumeConfigMaps.plain(write.volume());
    return from.isPresent()
        && to.isPresent()
        && VolumeConfigMaps.renamed(now, Map.of(from.get(), to.get())).equals(write.volume());
  }

  private Map<String, Object> applied() {
    var ours = AppliedFields.of(deployment);
    for (var write : writes) {
      ours.rename(
          write.standing().gateway().volume(),
          VolumeConfigMaps.plain(write.volume()).orElseThrow());
      ours.annotations().putAll(write.annotations());
      ours.labels().putAll(write.labels());
    }
    return ours.manifest(deployment);
  }

  /** The volumes as a whole, whatever kind they were. */
  private JsonPatchBuilder patched() {
    var annotations = new TreeMap<String, Object>();
    var labels = new TreeMap<String, Object>();
    writes.forEach(w -> annotations.putAll(w.annotations()));
    writes.forEach(w -> labels.putAll(w.labels()));
    var there = deployment.getMetadata();
    var patch =
        JsonPatchBuilder.NOTHING
            .put("/metadata/annotations", there.getAnnotations(), annotations)
            .put(
                "/metadata/labels",
                Objects.requireNonNullElse(there.getLabels(), Map.of()),
                labels);
    for (var write : writes) {
      if (write.switches()) {
        patch = patch.replace("/spec/template/spec/volumes/" + index(write), write.volume());
      }
    }
    return patch;
  }

  private int index(PublishStep.Write write) {
    List<Volume> volumes = deployment.getSpec().getTemplate().getSpec().getVolumes();
    return volumes.indexOf(write.standing().slot().volume());
  }
}
