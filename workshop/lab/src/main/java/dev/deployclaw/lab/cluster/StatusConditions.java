package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Conditions of a status in the making; each keeps the time of its last transition where its value
 * stays.
 */
record StatusConditions(JsonNode before, ArrayNode out) {
  static StatusConditions of(JsonNode before, ArrayNode out) {
    return new StatusConditions(before, out);
  }

  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  ObjectNode put(String type, boolean holds, String reason, String message) {
    String status = holds ? "True" : "False";
    ObjectNode condition = out.addObject().put("type", type).put("status", status);
    if (!reason.isEmpty()) {
      condition.put("reason", reason);
    }
    if (!message.isEmpty()) {
      condition.put("message", message);
    }
    var time =
        find(before, type)
            .filter(c -> c.path("status").asText().equals(status))
            .map(c -> c.path("lastTransitionTime"));
    condition.set("lastTransitionTime", time.orElseGet(() -> TextNode.valueOf(now())));
    return condition;
  }

  static Optional<JsonNode> find(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }
}
