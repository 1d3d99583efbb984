package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.Refusals.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Whether an object is one that an API server keeps. */
final class Validation {
  private static final int MOST_BYTES = 1024 * 1024;
  private static final List<String> HELD = List.of("data", "binaryData");

  private Validation() {}

  static List<FieldError> ofNew(Resource resource, ObjectNode object) {
    var errors = new ArrayList<FieldError>();
    switch (resource.kind().orElse("")) {
      case "ConfigMap", "Secret" -> size(object, errors);
      case "Deployment", "ReplicaSet" ->
          volumes(object.at("/spec/template/spec"), "spec.template.spec", errors);
      case "Pod" -> volumes(object.path("spec"), "spec", errors);
      default -> {}
    }
    return errors;
  }

  static List<FieldError> ofChange(Resource resource, ObjectNode before, ObjectNode after) {
    var errors = new ArrayList<>(ofNew(resource, after));
    if (before.path("immutable").asBoolean()) {
      String detail = "field is immutable when `immutable` is set";
      for (String field : HELD) {
        if (!before.path(field).equals(after.path(field))) {
          errors.add(FieldError.forbidden(field, detail));
        }
      }
      if (!after.path("immutable").asBoolean()) {
        errors.add(FieldError.forbidden("immutable", detail));
      }
    }
    return errors;
  }

  private static void volumes(JsonNode pod, String at, List<FieldError> errors) {
    int index = 0;
    for (JsonNode volume : pod.path("volumes")) {
      String place = at + ".volumes[" + index++ + "]";
      if (volume.has("configMap") && !volume.at("/configMap").has("name")) {
        errors.add(FieldError.required(place + ".configMap.name"));
      }
      if (volume.has("secret") && !volume.at("/secret").has("secretName")) {
        errors.add(FieldError.required(place + ".secret.secretName"));
      }
      if (volume.size() > 2) {
        errors.add(FieldError.forbidden(place, "may not specify more than 1 volume type"));
      }
    }
  }

  private static void size(ObjectNode object, List<FieldError> errors) {
    int bytes = HELD.stream().mapToInt(field -> bytes(object.path(field))).sum();
    if (bytes > MOST_BYTES) {
      errors.add(
          new FieldError("", "FieldValueTooLong", "Too long: may not be more than 1048576 bytes"));
    }
  }

  private static int bytes(JsonNode held) {
    int sum = 0;
    for (JsonNode value : held) {
      sum += value.asText().getBytes(StandardCharsets.UTF_8).length;
    }
    return sum;
  }
}
