package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the controller says of a Deployment: {@code pkg/controller/deployment/progress.go}.
 *
 * @param began whether the ReplicaSet of its template was made at this look
 */
record RolloutStatus(RollingUpdate rollout, boolean began) {
  private static final String PROGRESSING = "Progressing";
  private static final String COMPLETE = "NewReplicaSetAvailable";
  private static final String LATE = "ProgressDeadlineExceeded";
  private static final String UPDATED = "ReplicaSetUpdated";
  private static final String CREATED = "NewReplicaSetCreated";
  private static final int DEADLINE_SECONDS = 600;
  private static final List<String> COUNTS =
      List.of("updatedReplicas", "readyReplicas", "availableReplicas");

  ObjectNode status() {
    JsonNode before = rollout.deployment().path("status");
    var all = rollout.all();
    int available = RollingUpdate.sum(all, ReplicaSetObject::available);
    ObjectNode status = ApiServer.JSON.createObjectNode();
    status.set("observedGeneration", rollout.deployment().at("/metadata/generation"));
    status.put("replicas", RollingUpdate.sum(all, ReplicaSetObject::replicas));
    status.put("updatedReplicas", rollout.current().replicas());
    status.put("readyReplicas", RollingUpdate.sum(all, ReplicaSetObject::ready));
    status.put("availableReplicas", available);
    int missing = RollingUpdate.sum(all, ReplicaSetObject::wanted) - available;
    status.put("unavailableReplicas", Math.max(0, missing));
    ArrayNode conditions = status.putArray("conditions");
    boolean enough = available >= rollout.desired() - rollout.unavailable();
    ObjectNode said =
        StatusConditions.of(before, conditions)
            .put(
                "Available",
                enough,
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough
                    ? "Deployment has minimum availability."
                    : "Deployment does not have minimum availability.");
    said.set("lastUpdateTime", said.path("lastTransitionTime"));
    progressing(before, status, conditions);
    return status;
  }

  private void progressing(JsonNode before, ObjectNode status, ArrayNode conditions) {
    Optional<JsonNode> last = StatusConditions.find(before, PROGRESSING);
    String reason = reason(before, status, last);
    boolean same = last.map(l -> l.path("reason").asText()).filter(reason::equals).isPresent();
    boolean moved = !same || began || (reason.equals(UPDATED) && progressed(before, status));
    if (!moved) {
      conditions.add(last.orElseThrow().deepCopy());
      return;
    }
    StatusConditions.of(before, conditions)
        .put(PROGRESSING, !reason.equals(LATE), reason, message(reason))
        .put("lastUpdateTime", StatusConditions.now());
  }

  /** A rollout that was complete once isn't late when a pod of it fails afterwards. */
  private String reason(JsonNode before, ObjectNode status, Optional<JsonNode> last) {
    if (began) {
      return CREATED;
    }
    String said = last.map(l -> l.path("reason").asText()).orElse("FoundNewReplicaSet");
    boolean alone = status.path("replicas").equals(status.path("updatedReplicas"));
    if (alone && said.equals(COMPLETE)) {
      return said;
    }
    if (rollout.complete()) {
      return COMPLETE;
    }
    if (progressed(before, status)) {
      return UPDATED;
    }
    boolean late =
        !rollout.paused() && !said.equals(COMPLETE) && last.map(this::overdue).orElse(false);
    return late ? LATE : said;
  }

  private boolean overdue(JsonNode last) {
    int deadline = rollout.deployment().at("/spec/progressDeadlineSeconds").asInt(DEADLINE_SECONDS);
    var since = Instant.parse(last.path("lastUpdateTime").asText(StatusConditions.now()));
    return Duration.between(since, Instant.now()).toSeconds() >= deadline;
  }

  /** More new pods, more ready ones, or fewer old ones. */
  private static boolean progressed(JsonNode before, ObjectNode status) {
    boolean more = COUNTS.stream().anyMatch(c -> status.path(c).asInt() > before.path(c).asInt());
    return more || old(status) < old(before);
  }

  private static int old(JsonNode status) {
    return status.path("replicas").asInt() - status.path("updatedReplicas").asInt();
  }

  private String message(String reason) {
    String name = rollout.current().name();
    return switch (reason) {
      case COMPLETE -> "ReplicaSet \"" + name + "\" has successfully progressed.";
      case LATE -> "ReplicaSet \"" + name + "\" has timed out progressing.";
      case CREATED -> "Created new replica set \"" + name + "\"";
      case UPDATED -> "ReplicaSet \"" + name + "\" is progressing.";
      default -> "Found new replica set \"" + name + "\"";
    };
  }
}
