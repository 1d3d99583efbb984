package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All rules that stand in a writer's way, by the kind of the object. */
public final class ObjectRules {
  private static final List<String> TEXTS =
      List.of("/metadata/labels", "/metadata/annotations", "/data");

  private ObjectRules() {}

  /** What doesn't fit the type of its field; such an object can't even be read. */
  public static Optional<String> unreadable(JsonNode object) {
    for (String place : TEXTS) {
      for (JsonNode value : object.at(place)) {
        if (!value.isTextual() && !value.isNull()) {
          String kind = object.path("kind").asText("object");
          return Optional.of(
              ("%s in version \"%s\" cannot be handled as a %s: json: cannot unmarshal %s into Go"
                      + " struct field %s.%s of type string")
                  .formatted(
                      kind,
                      object.path("apiVersion").asText("v1"),
                      kind,
                      value.getNodeType().toString().toLowerCase(Locale.ROOT),
                      kind,
                      place.substring(1).replace('/', '.')));
        }
      }
    }
    return Optional.empty();
  }

  public static List<FieldError> ofNew(String kind, ObjectNode object) {
    var errors = new ArrayList<FieldError>();
    MetadataRules.check(kind, object.path("metadata"), errors);
    switch (kind) {
      case "ConfigMap", "Secret" -> ConfigMapRules.check(object, errors);
      case "Deployment", "ReplicaSet" -> DeploymentRules.check(object, errors);
      case "Pod" -> new PodRules("spec", object.path("spec"), errors).check();
      default -> {}
    }
    return errors;
  }

  public static List<FieldError> ofChange(String kind, ObjectNode before, ObjectNode after) {
    var errors = new ArrayList<>(ofNew(kind, after));
    switch (kind) {
      case "ConfigMap", "Secret" -> ConfigMapRules.checkChange(before, after, errors);
      case "Deployment", "ReplicaSet" -> DeploymentRules.checkChange(before, after, errors);
      default -> {}
    }
    return errors;
  }
}
