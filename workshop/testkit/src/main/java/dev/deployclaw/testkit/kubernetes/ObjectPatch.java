package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Patches of two kinds, as an API server applies them. */
final class ObjectPatch {
  private static final String END = "-";

  private ObjectPatch() {}

  static final class Unfit extends IllegalStateException {
    Unfit(String message) {
      super(message);
    }
  }

  /** RFC 6902. */
  static ObjectNode patched(ObjectNode object, JsonNode operations) {
    ObjectNode out = object.deepCopy();
    for (JsonNode operation : operations) {
      apply(out, operation);
    }
    return out;
  }

  private static void apply(ObjectNode target, JsonNode operation) {
    String path = operation.path("path").asText();
    JsonNode value = operation.path("value");
    switch (operation.path("op").asText()) {
      case "add" -> add(target, path, value);
      case "replace" -> {
        there(target, path);
        remove(target, path);
        add(target, path, value);
      }
      case "remove" -> remove(target, path);
      case "test" -> {
        if (!target.at(path).equals(value)) {
          throw new Unfit("testing value " + path + " failed: test failed");
        }
      }
      case "copy" -> add(target, path, there(target, operation.path("from").asText()).deepCopy());
      case "move" -> {
        var moved = there(target, operation.path("from").asText()).deepCopy();
        remove(target, operation.path("from").asText());
        add(target, path, moved);
      }
      default -> throw new IllegalArgumentException("unknown operation: " + operation);
    }
  }

  private static JsonNode there(ObjectNode target, String path) {
    JsonNode value = target.at(path);
    if (value.isMissingNode()) {
      throw missing(path);
    }
    return value;
  }

  private static void add(ObjectNode target, String path, JsonNode value) {
    switch (parent(target, path)) {
      case ObjectNode object -> object.set(key(path), value);
      case ArrayNode list -> {
        int index = key(path).equals(END) ? list.size() : index(path);
        if (index > list.size()) {
          throw missing(path);
        }
        list.insert(index, value);
      }
      default -> throw missing(path);
    }
  }

  private static void remove(ObjectNode target, String path) {
    there(target, path);
    switch (parent(target, path)) {
      case ObjectNode object -> object.remove(key(path));
      case ArrayNode list -> list.remove(index(path));
      default -> throw missing(path);
    }
  }

  private static JsonNode parent(ObjectNode target, String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      throw missing(path);
    }
    return target.at(path.substring(0, slash));
  }

  private static String key(String path) {
    return path.substring(path.lastIndexOf('/') + 1).replace("~1", "/").replace("~0", "~");
  }

  private static int index(String path) {
    try {
      return Integer.parseInt(key(path));
    } catch (NumberFormatException e) {
      throw missing(path);
    }
  }

  private static Unfit missing(String path) {
    return new Unfit("doc is missing path: " + path + ": missing value");
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
}
