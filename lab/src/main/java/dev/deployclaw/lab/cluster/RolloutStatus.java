package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What the controller says of a Deployment: {@code pkg/controller/deployment/progress.go}.
 *
 * @param began whether this template was not seen before
 */
record RolloutStatus(Rollout rollout, boolean began) {
  private static final String PROGRESSING = "Progressing";
  private static final String COMPLETE = "NewReplicaSetAvailable";
  private static final String LATE = "ProgressDeadlineExceeded";
  private static final int DEADLINE_SECONDS = 600;
  private static final List<String> COUNTS =
      List.of("updatedReplicas", "readyReplicas", "availableReplicas");

  ObjectNode status() {
    JsonNode before = rollout.deployment().path("status");
    int all = rollout.fresh().size() + rollout.old().size();
    ObjectNode status = ApiServer.JSON.createObjectNode();
    status.set("observedGeneration", rollout.deployment().at("/metadata/generation"));
    status.put("replicas", all).put("updatedReplicas", rollout.fresh().size());
    status.put("readyReplicas", rollout.available());
    status.put("availableReplicas", rollout.available());
    status.put("unavailableReplicas", Math.max(0, all - rollout.available()));
    ArrayNode conditions = status.putArray("conditions");
    boolean enough = rollout.available() >= rollout.desired() - rollout.unavailable();
    Conditions.of(before, conditions)
        .put(
            "Available",
            enough,
            enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            enough
                ? "Deployment has minimum availability."
                : "Deployment does not have minimum availability.");
    progressing(before, status, conditions);
    return status;
  }

  private void progressing(JsonNode before, ObjectNode status, ArrayNode conditions) {
    JsonNode last = Conditions.find(before, PROGRESSING).orElse(ApiServer.JSON.createObjectNode());
    String reason = reason(before, status, last);
    boolean same = reason.equals(last.path("reason").asText());
    ObjectNode condition =
        Conditions.of(before, conditions)
            .put(PROGRESSING, !reason.equals(LATE), reason, message(reason));
    boolean moved = !same || began || progressed(before, status);
    condition.put(
        "lastUpdateTime",
        (moved && !reason.equals(LATE)) || !last.has("lastUpdateTime")
            ? Conditions.now()
            : last.path("lastUpdateTime").asText());
  }

  /** A rollout that was complete once isn't late when a pod of it fails afterwards. */
  private String reason(JsonNode before, ObjectNode status, JsonNode last) {
    if (rollout.complete()) {
      return COMPLETE;
    }
    if (began) {
      return "NewReplicaSetCreated";
    }
    String said = last.path("reason").asText("ReplicaSetUpdated");
    if (progressed(before, status)) {
      return said.equals(COMPLETE) ? COMPLETE : "ReplicaSetUpdated";
    }
    return !rollout.paused() && !said.equals(COMPLETE) && overdue(last) ? LATE : said;
  }

  private boolean overdue(JsonNode last) {
    int deadline = rollout.deployment().at("/spec/progressDeadlineSeconds").asInt(DEADLINE_SECONDS);
    var since = Instant.parse(last.path("lastUpdateTime").asText(Conditions.now()));
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
    String set =
        "ReplicaSet \"%s-%s\""
            .formatted(rollout.deployment().at("/metadata/name").asText(), rollout.hash());
    return switch (reason) {
      case COMPLETE -> set + " has successfully progressed.";
      case LATE -> set + " has timed out progressing.";
      case "NewReplicaSetCreated" -> "Created new replica set \"" + set.substring(12);
      default -> set + " is progressing.";
    };
  }
}
