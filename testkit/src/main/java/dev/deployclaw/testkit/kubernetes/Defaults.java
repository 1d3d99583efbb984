package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What an API server fills in where a writer says nothing, as far as somebody here compares it. */
final class Defaults {
  /** 0644, as the number that JSON has for it. */
  private static final int READABLE = 420;

  private static final List<String> VOLUMES =
      List.of("/spec/volumes", "/spec/template/spec/volumes");

  private Defaults() {}

  static void fill(ObjectNode object) {
    for (String place : VOLUMES) {
      for (JsonNode volume : object.at(place)) {
        List.of("configMap", "projected", "secret").forEach(kind -> mode(volume.path(kind)));
      }
    }
  }

  private static void mode(JsonNode source) {
    if (source instanceof ObjectNode fields && !fields.has("defaultMode")) {
      fields.put("defaultMode", READABLE);
    }
  }
}
