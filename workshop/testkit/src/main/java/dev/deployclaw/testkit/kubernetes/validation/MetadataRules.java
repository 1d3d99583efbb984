package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Name, labels and annotations of an object ({@code apimachinery/pkg/api/validation}). */
final class MetadataRules {
  private static final int MOST_ANNOTATIONS = 256 * 1024;

  private MetadataRules() {}

  static void check(String kind, JsonNode metadata, List<FieldError> errors) {
    JsonNode name = metadata.path("name");
    if (name.asText().isEmpty()) {
      errors.add(FieldError.required("metadata.name", "name or generateName is required"));
    } else {
      wrong(kind, name.asText())
          .ifPresent(why -> errors.add(FieldError.invalid("metadata.name", name, why)));
    }
    labels("metadata.labels", metadata.path("labels"), errors);
    annotations(metadata.path("annotations"), errors);
  }

  private static Optional<String> wrong(String kind, String name) {
    return switch (kind) {
      case "Namespace", "Service" -> NameRules.label(name);
      case "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding" -> Optional.empty();
      default -> NameRules.subdomain(name);
    };
  }

  static void labels(String field, JsonNode labels, List<FieldError> errors) {
    for (var label : labels.properties()) {
      NameRules.qualified(label.getKey())
          .ifPresent(
              why -> errors.add(FieldError.invalid(field, TextNode.valueOf(label.getKey()), why)));
      NameRules.labelValue(label.getValue().asText())
          .ifPresent(why -> errors.add(FieldError.invalid(field, label.getValue(), why)));
    }
  }

  private static void annotations(JsonNode annotations, List<FieldError> errors) {
    String field = "metadata.annotations";
    int bytes = 0;
    for (var annotation : annotations.properties()) {
      String key = annotation.getKey();
      NameRules.qualified(key.toLowerCase(Locale.ROOT))
          .ifPresent(why -> errors.add(FieldError.invalid(field, TextNode.valueOf(key), why)));
      bytes += bytes(key) + bytes(annotation.getValue().asText());
    }
    if (bytes > MOST_ANNOTATIONS) {
      errors.add(FieldError.tooLong(field, MOST_ANNOTATIONS));
    }
  }

  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
