package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A pod as the API server holds it.
 *
 * @param path of the object
 */
record PodObject(String path, ObjectNode object) {
  static final String HASH = "pod-template-hash";

  private static final long GRACE_SECONDS = 30;

  static PodObject of(Map.Entry<String, ObjectNode> entry) {
    return new PodObject(entry.getKey(), entry.getValue());
  }

  static boolean isOne(String path) {
    return path.matches("/api/v1/namespaces/[^/]+/pods/[^/]+");
  }

  static String path(String namespace, String name) {
    return "/api/v1/namespaces/" + namespace + "/pods/" + name;
  }

  String namespace() {
    return metadata("namespace");
  }

  String name() {
    return metadata("name");
  }

  String uid() {
    return metadata("uid");
  }

  /** The address that it was given; empty before. */
  String address() {
    return object.at("/status/podIP").asText("");
  }

  boolean terminating() {
    return object.path("metadata").has("deletionTimestamp");
  }

  boolean over() {
    return List.of("Succeeded", "Failed").contains(object.at("/status/phase").asText());
  }

  boolean runsOnce() {
    return object.at("/spec/restartPolicy").asText().equals("Never");
  }

  boolean ready() {
    for (JsonNode condition : object.at("/status/conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        return condition.path("status").asText().equals("True") && !terminating();
      }
    }
    return false;
  }

  List<JsonNode> containers() {
    return object.at("/spec/containers").valueStream().toList();
  }

  /** The containers that make it a gateway, or several. */
  List<JsonNode> gateways() {
    return containers().stream()
        .filter(c -> words(c).stream().limit(1).anyMatch(w -> w.matches("(.*/)?nginx")))
        .toList();
  }

  Duration grace() {
    return Duration.ofSeconds(
        object.at("/spec/terminationGracePeriodSeconds").asLong(GRACE_SECONDS));
  }

  static List<String> words(JsonNode container) {
    var words = new ArrayList<String>();
    container.path("command").forEach(word -> words.add(word.asText()));
    container.path("args").forEach(word -> words.add(word.asText()));
    return words;
  }

  private String metadata(String field) {
    return object.path("metadata").path(field).asText();
  }
}
