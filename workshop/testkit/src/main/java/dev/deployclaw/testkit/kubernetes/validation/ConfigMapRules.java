package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/** ConfigMaps and Secrets ({@code pkg/apis/core/validation}). */
final class ConfigMapRules {
  private static final int MOST_BYTES = 1024 * 1024;
  private static final List<String> HELD = List.of("data", "binaryData");

  private ConfigMapRules() {}

  static void check(JsonNode object, List<FieldError> errors) {
    int bytes = 0;
    for (String held : HELD) {
      for (var entry : object.path(held).properties()) {
        String key = entry.getKey();
        String field = held + "[" + key + "]";
        NameRules.configKey(key)
            .ifPresent(why -> errors.add(FieldError.invalid(field, TextNode.valueOf(key), why)));
        if (held.equals("binaryData") && object.path("data").has(key)) {
          String why = "duplicate of key present in data";
          errors.add(FieldError.invalid("data[" + key + "]", TextNode.valueOf(key), why));
        }
        bytes += MetadataRules.bytes(entry.getValue().asText());
      }
    }
    if (bytes > MOST_BYTES) {
      errors.add(FieldError.tooLong("[]", MOST_BYTES));
    }
  }

  static void checkChange(JsonNode before, JsonNode after, List<FieldError> errors) {
    if (!before.path("immutable").asBoolean()) {
      return;
    }
    String why = "field is immutable when `immutable` is set";
    if (!after.path("immutable").asBoolean()) {
      errors.add(FieldError.forbidden("immutable", why));
    }
    for (String held : HELD) {
      if (!before.path(held).equals(after.path(held))) {
        errors.add(FieldError.forbidden(held, why));
      }
    }
  }
}
