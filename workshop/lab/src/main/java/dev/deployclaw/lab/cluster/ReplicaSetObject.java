package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Map;

/**
 * A ReplicaSet as the API server holds it.
 *
 * @param path of the object
 */
record ReplicaSetObject(String path, ObjectNode object) {
  static final String REVISION = "deployment.kubernetes.io/revision";
  static final String HISTORY = "deployment.kubernetes.io/revision-history";
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  static final String MOST = "deployment.kubernetes.io/max-replicas";

  static final Comparator<ReplicaSetObject> BY_AGE =
      Comparator.comparing(
              (ReplicaSetObject s) -> s.object.at("/metadata/creationTimestamp").asText())
          .thenComparingLong(ReplicaSetObject::revision);

  static ReplicaSetObject of(Map.Entry<String, ObjectNode> entry) {
    return new ReplicaSetObject(entry.getKey(), entry.getValue());
  }

  static boolean isOne(String path) {
    return path.matches("/apis/apps/v1/namespaces/[^/]+/replicasets/[^/]+");
  }

  static String path(String namespace, String name) {
    return "/apis/apps/v1/namespaces/" + namespace + "/replicasets/" + name;
  }

  String name() {
    return object.at("/metadata/name").asText();
  }

  String namespace() {
    return object.at("/metadata/namespace").asText();
  }

  String uid() {
    return object.at("/metadata/uid").asText();
  }

  int wanted() {
    return object.at("/spec/replicas").asInt();
  }

  int available() {
    return object.at("/status/availableReplicas").asInt();
  }

  int replicas() {
    return object.at("/status/replicas").asInt();
  }

  int ready() {
    return object.at("/status/readyReplicas").asInt();
  }

  long revision() {
    return object.at("/metadata/annotations").path(REVISION).asLong();
  }

  boolean hasNone() {
    return wanted() == 0 && replicas() == 0;
  }

  /** Whether it makes the pods of a template. */
  boolean isOf(JsonNode template) {
    ObjectNode own = (ObjectNode) object.at("/spec/template").deepCopy();
    own.withObject("/metadata/labels").remove(PodObject.HASH);
    return own.equals(template);
  }

  static boolean owns(String uid, JsonNode object) {
    for (JsonNode owner : object.at("/metadata/ownerReferences")) {
      if (owner.path("controller").asBoolean() && owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }

  static void own(ObjectNode object, JsonNode owner) {
    ObjectNode reference = object.withObject("/metadata").putArray("ownerReferences").addObject();
    reference.set("apiVersion", owner.path("apiVersion"));
    reference.set("kind", owner.path("kind"));
    reference.set("name", owner.at("/metadata/name"));
    reference.set("uid", owner.at("/metadata/uid"));
    reference.put("controller", true).put("blockOwnerDeletion", true);
  }
}
