package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes and sizes ReplicaSets until they are what the Deployments say, and says how far that is. A
 * template that was there before gets its ReplicaSet back, with the pods that it still has. For one
 * thread.
 */
record DeploymentController(ApiServer api) {
  static final String MANAGER = "kube-controller-manager";

  private static final int HASH_DIGITS = 10;
  private static final int REVISIONS = 10;

  void look() {
    var sets =
        api.objects(ReplicaSetObject::isOne).entrySet().stream().map(ReplicaSetObject::of).toList();
    for (var entry : api.objects(DeploymentController::isOne).entrySet()) {
      String uid = entry.getValue().at("/metadata/uid").asText();
      var own =
          sets.stream()
              .filter(s -> ReplicaSetObject.owns(uid, s.object()))
              .sorted(ReplicaSetObject.BY_AGE)
              .toList();
      sync(entry.getKey(), entry.getValue(), own);
    }
  }

  static boolean isOne(String path) {
    return path.matches("/apis/apps/v1/namespaces/[^/]+/deployments/[^/]+");
  }

  private void sync(String path, ObjectNode deployment, List<ReplicaSetObject> own) {
    JsonNode template = deployment.at("/spec/template");
    Optional<ReplicaSetObject> found = own.stream().filter(s -> s.isOf(template)).findFirst();
    var former = new ArrayList<>(own);
    found.ifPresent(former::remove);
    if (found.isEmpty() && deployment.at("/spec/paused").asBoolean()) {
      return;
    }
    long revision = former.stream().mapToLong(ReplicaSetObject::revision).max().orElse(0) + 1;
    var current = found.orElseGet(() -> create(deployment, revision));
    var rollout = new RollingUpdate(deployment, current, former);
    found.ifPresent(set -> revise(set, deployment, revision));
    var status = new RolloutStatus(rollout, found.isEmpty()).status();
    api.editStatus(
        path,
        MANAGER,
        object -> {
          object.set("status", status);
          object
              .withObject("/metadata/annotations")
              .put(ReplicaSetObject.REVISION, "" + Math.max(revision, current.revision()));
        });
    rollout.sizes().forEach((set, size) -> resize(rollout, set, size));
    if (rollout.complete()) {
      forget(deployment, former);
    }
  }

  private ReplicaSetObject create(ObjectNode deployment, long revision) {
    JsonNode template = deployment.at("/spec/template");
    String hash = hash(template);
    String namespace = deployment.at("/metadata/namespace").asText();
    String name = deployment.at("/metadata/name").asText() + "-" + hash;
    ObjectNode set = ApiServer.JSON.createObjectNode();
    ObjectNode metadata = set.putObject("metadata").put("name", name).put("namespace", namespace);
    metadata.set("labels", template.at("/metadata/labels").deepCopy());
    metadata.withObject("/labels").put(PodObject.HASH, hash);
    copyAnnotations(deployment, metadata);
    metadata.withObject("/annotations").put(ReplicaSetObject.REVISION, "" + revision);
    ReplicaSetObject.own(set, deployment);
    ObjectNode spec = set.putObject("spec").put("replicas", 0);
    spec.set("selector", deployment.at("/spec/selector").deepCopy());
    spec.withObject("/selector/matchLabels").put(PodObject.HASH, hash);
    spec.set("template", template.deepCopy());
    spec.withObject("/template/metadata/labels").put(PodObject.HASH, hash);
    String path = ReplicaSetObject.path(namespace, name);
    return new ReplicaSetObject(path, api.put(path, MANAGER, set));
  }

  /** A template that is taken again is the latest once more. */
  private void revise(ReplicaSetObject set, ObjectNode deployment, long revision) {
    api.edit(
        set.path(),
        MANAGER,
        object -> {
          ObjectNode metadata = object.withObject("/metadata");
          copyAnnotations(deployment, metadata);
          ObjectNode annotations = metadata.withObject("/annotations");
          if (set.revision() < revision) {
            String before = annotations.path(ReplicaSetObject.HISTORY).asText();
            String history = (before.isEmpty() ? "" : before + ",") + set.revision();
            annotations
                .put(ReplicaSetObject.REVISION, "" + revision)
                .put(ReplicaSetObject.HISTORY, history);
          }
        });
  }

  private static void copyAnnotations(ObjectNode deployment, ObjectNode metadata) {
    for (var annotation : deployment.at("/metadata/annotations").properties()) {
      String key = annotation.getKey();
      boolean own = key.startsWith("deployment.kubernetes.io/");
      if (!own && !key.equals("kubectl.kubernetes.io/last-applied-configuration")) {
        metadata.withObject("/annotations").set(key, annotation.getValue());
      }
    }
  }

  private void resize(RollingUpdate rollout, ReplicaSetObject set, int size) {
    int desired = rollout.desired();
    api.edit(
        set.path(),
        MANAGER,
        object -> {
          object.withObject("/spec").put("replicas", size);
          object
              .withObject("/metadata/annotations")
              .put(ReplicaSetObject.DESIRED, "" + desired)
              .put(ReplicaSetObject.MOST, "" + (desired + rollout.surge()));
        });
  }

  /** Of ReplicaSets without pods, the latest are kept. */
  private void forget(ObjectNode deployment, List<ReplicaSetObject> former) {
    int kept = deployment.at("/spec/revisionHistoryLimit").asInt(REVISIONS);
    former.stream()
        .filter(ReplicaSetObject::hasNone)
        .sorted((a, b) -> Long.compare(b.revision(), a.revision()))
        .skip(kept)
        .forEach(set -> api.remove(set.path()));
  }

  private static String hash(JsonNode template) {
    var plain = ApiServer.JSON.convertValue(template, Map.class);
    var bytes = CanonicalJson.text(plain).getBytes(StandardCharsets.UTF_8);
    return CanonicalJson.sha256(bytes).substring(0, HASH_DIGITS);
  }
}
