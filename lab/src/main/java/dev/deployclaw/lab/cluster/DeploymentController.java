package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Makes and removes pods until they are what the Deployments say, and says how far that is. Pods
 * are its own without ReplicaSets in between, which nobody here asks for. For one thread.
 */
final class DeploymentController {
  private static final String MANAGER = "kube-controller-manager";
  private static final int NAME_DIGITS = 5;

  private final ApiServer api;
  private final Map<String, String> templates = new HashMap<>();

  DeploymentController(ApiServer api) {
    this.api = api;
  }

  /** One look at all of them. */
  void look() {
    var pods = api.objects(Pod::isOne).entrySet().stream().map(Pod::of).toList();
    for (var entry : api.objects(DeploymentController::isOne).entrySet()) {
      String namespace = entry.getValue().at("/metadata/namespace").asText();
      var own = pods.stream().filter(p -> p.namespace().equals(namespace)).toList();
      sync(entry.getKey(), Rollout.of(entry.getValue(), own));
    }
  }

  static boolean isOne(String path) {
    return path.matches("/apis/apps/v1/namespaces/[^/]+/deployments/[^/]+");
  }

  private void sync(String path, Rollout rollout) {
    String last = templates.put(path, rollout.hash());
    boolean began = last == null ? rollout.fresh().isEmpty() : !last.equals(rollout.hash());
    var status = new RolloutStatus(rollout, began).status();
    api.edit(path, MANAGER, deployment -> deployment.set("status", status));
    for (int i = 0; i < rollout.growth(); i++) {
      create(rollout);
    }
    rollout.leaving().forEach(this::terminate);
  }

  private void create(Rollout rollout) {
    ObjectNode pod = rollout.pod();
    String of = rollout.deployment().at("/metadata/name").asText();
    String own = UUID.randomUUID().toString().substring(0, NAME_DIGITS);
    String name = String.join("-", List.of(of, rollout.hash(), own));
    pod.withObject("/metadata").put("name", name);
    pod.putObject("status").put("phase", "Pending");
    String namespace = rollout.deployment().at("/metadata/namespace").asText();
    api.put("/api/v1/namespaces/" + namespace + "/pods/" + name, MANAGER, pod);
  }

  private void terminate(Pod pod) {
    api.edit(
        pod.path(),
        MANAGER,
        object -> object.withObject("/metadata").put("deletionTimestamp", Conditions.now()));
  }
}
