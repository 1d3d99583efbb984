package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Patches as an API server applies them. */
final class Merge {
  private Merge() {}

  /** RFC 6902: {@code add} and {@code replace}, which are all that we send. */
  static void patch(ObjectNode target, JsonNode operations) {
    for (JsonNode operation : operations) {
      String path = operation.path("path").asText();
      int slash = path.lastIndexOf('/');
      String key = path.substring(slash + 1).replace("~1", "/").replace("~0", "~");
      JsonNode parent = target.at(path.substring(0, slash));
      switch (parent) {
        case ObjectNode object -> object.set(key, operation.path("value"));
        case ArrayNode list -> list.set(Integer.parseInt(key), operation.path("value"));
        default -> throw new IllegalArgumentException("no such place: " + path);
      }
    }
  }

  /** RFC 7396. */
  static void merge(ObjectNode target, ObjectNode wanted) {
    wanted
        .properties()
        .forEach(field -> {
          JsonNode old = target.get(field.getKey());
          if (field.getValue().isNull()) {
            target.remove(field.getKey());
          } else if (field.getValue() instanceof ObjectNode value) {
            ObjectNode below =
                old instanceof ObjectNode object ? object : target.putObject(field.getKey());
            merge(below, value);
          } else {
            target.set(field.getKey(), field.getValue());
          }
        });
  }

  /**
   * Server-side apply: objects merge, lists of what has a {@code name} by that, mounts by their
   * path, others as one.
   */
  static void apply(ObjectNode target, ObjectNode wanted) {
    wanted
        .properties()
        .forEach(field -> {
          JsonNode old = target.get(field.getKey());
          if (field.getValue() instanceof ObjectNode value && old instanceof ObjectNode object) {
            apply(object, value);
          } else if (field.getValue() instanceof ArrayNode list
              && old instanceof ArrayNode items
              && list.valueStream().allMatch(item -> item.has("name"))) {
            list.forEach(item -> item(items, (ObjectNode) item));
          } else {
            target.set(field.getKey(), field.getValue());
          }
        });
  }

  private static void item(ArrayNode items, ObjectNode wanted) {
    String key = wanted.has("mountPath") ? "mountPath" : "name";
    for (JsonNode item : items) {
      if (item.path(key).equals(wanted.path(key))) {
        apply((ObjectNode) item, wanted);
        return;
      }
    }
    items.add(wanted);
  }
}
