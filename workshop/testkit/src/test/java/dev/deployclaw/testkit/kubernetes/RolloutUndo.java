package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code kubectl rollout undo} sends, as in {@code pkg/polymorphichelpers/rollback.go} of
 * kubectl: a JSON patch that replaces a Deployment's template and all its annotations by those of
 * the ReplicaSet before. Annotations that are Kubernetes' own stay, and so do all labels.
 *
 * @param sets the ReplicaSets of the Deployment
 */
public record RolloutUndo(ObjectNode deployment, List<ObjectNode> sets) {
  private static final String REVISION = "deployment.kubernetes.io/revision";
  private static final Set<String> SKIPPED =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          REVISION,
          "deployment.kubernetes.io/revision-history",
          "deployment.kubernetes.io/desired-replicas",
          "deployment.kubernetes.io/max-replicas",
          "deprecated.deployment.rollback.to");

  public RolloutUndo {
    sets = List.copyOf(sets);
  }

  /** Undoes a Deployment's last rollout by the ReplicaSets that are there. */
  public static Answer undo(ApiServer server, String path) {
    var deployment = server.object(path).orElseThrow();
    var sets =
        server.objects(p -> p.contains("/replicasets/")).values().stream()
            .filter(set -> isOwned(deployment, set))
            .toList();
    return server.change(new RolloutUndo(deployment, sets).asked(path));
  }

  private static boolean isOwned(ObjectNode deployment, ObjectNode object) {
    return object
        .at("/metadata/ownerReferences")
        .valueStream()
        .anyMatch(o -> o.path("uid").equals(deployment.at("/metadata/uid")));
  }

  /**
   * @throws IllegalStateException where kubectl refuses: it is paused, has no revision before, or
   *     its template is that revision's already
   */
  private Asked asked(String path) {
    if (deployment.at("/spec/paused").asBoolean()) {
      throw new IllegalStateException("you cannot rollback a paused deployment");
    }
    var before =
        sets.stream()
            .sorted(Comparator.comparingLong(RolloutUndo::revision).reversed())
            .skip(1)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no rollout history found"));
    ObjectNode template = (ObjectNode) before.at("/spec/template").deepCopy();
    template.withObject("/metadata/labels").remove("pod-template-hash");
    if (template.equals(deployment.at("/spec/template"))) {
      throw new IllegalStateException("skipped rollback: the template is that revision's already");
    }
    ArrayNode patch = ApiServer.JSON.createArrayNode();
    patch.add(replace("/spec/template", template));
    patch.add(replace("/metadata/annotations", annotations(before)));
    var query = Map.of("fieldManager", "kubectl");
    return new Asked("PATCH", path, query, "application/json-patch+json", patch.toString());
  }

  private ObjectNode annotations(ObjectNode before) {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    deployment.at("/metadata/annotations").properties().stream()
        .filter(a -> SKIPPED.contains(a.getKey()))
        .forEach(a -> out.set(a.getKey(), a.getValue()));
    before.at("/metadata/annotations").properties().stream()
        .filter(a -> !SKIPPED.contains(a.getKey()))
        .forEach(a -> out.set(a.getKey(), a.getValue()));
    return out;
  }

  private static ObjectNode replace(String path, JsonNode value) {
    ObjectNode out = ApiServer.JSON.createObjectNode().put("op", "replace").put("path", path);
    out.set("value", value);
    return out;
  }

  private static long revision(ObjectNode set) {
    return set.at("/metadata/annotations").path(REVISION).asLong();
  }
}
