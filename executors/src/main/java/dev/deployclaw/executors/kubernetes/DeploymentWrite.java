package dev.deployclaw.executors.kubernetes;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
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

  void send(Api api, Api.Mode mode) throws KubernetesFault, InterruptedException {
    boolean applied =
        writes.stream().allMatch(DeploymentWrite::isRenaming)
            && api.apply(Kind.DEPLOYMENTS, deployment, applied(), mode).isPresent();
    if (!applied) {
      api.patch(Kind.DEPLOYMENTS, deployment, patched(), mode);
    }
  }

  /** Whether all that changes is the name of one ConfigMap: apply can't take fields away. */
  private static boolean isRenaming(PublishStep.Write write) {
    var now = write.standing().slot().volume();
    var from = References.plain(now);
    var to = References.plain(write.volume());
    return from.isPresent()
        && to.isPresent()
        && References.renamed(now, Map.of(from.get(), to.get())).equals(write.volume());
  }

  private Map<String, Object> applied() {
    var ours = AppliedFields.of(deployment);
    for (var write : writes) {
      ours.rename(
          write.standing().gateway().volume(), References.plain(write.volume()).orElseThrow());
      ours.annotations().putAll(write.annotations());
    }
    return ours.manifest(deployment);
  }

  /** The volumes as a whole, whatever kind they were. */
  private JsonPatch patched() {
    var annotations = new TreeMap<String, Object>();
    writes.forEach(w -> annotations.putAll(w.annotations()));
    var there = deployment.getMetadata().getAnnotations();
    var patch = JsonPatch.NOTHING.put("/metadata/annotations", there, annotations);
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
