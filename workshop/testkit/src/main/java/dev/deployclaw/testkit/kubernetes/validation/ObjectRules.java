package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
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

  /** ConfigMaps and Secrets ({@code pkg/apis/core/validation}). */
  private static final class ConfigMapRules {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final List<String> HELD = List.of("data", "binaryData");

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

  /** Deployments and ReplicaSets ({@code pkg/apis/apps/validation}). */
  private static final class DeploymentRules {
    static void check(JsonNode object, List<FieldError> errors) {
      JsonNode spec = object.path("spec");
      JsonNode template = spec.path("template");
      selector(spec.path("selector"), template.at("/metadata/labels"), errors);
      MetadataRules.labels(
          "spec.template.metadata.labels", template.at("/metadata/labels"), errors);
      if (spec.path("replicas").asInt() < 0) {
        errors.add(
            FieldError.invalid(
                "spec.replicas", spec.path("replicas"), "must be greater than or equal to 0"));
      }
      strategy(spec.path("strategy"), errors);
      JsonNode policy = template.at("/spec/restartPolicy");
      if (!policy.isMissingNode() && !policy.asText().equals("Always")) {
        errors.add(
            FieldError.unsupported(
                "spec.template.spec.restartPolicy", policy.toString(), "\"Always\""));
      }
      new PodRules("spec.template.spec", template.path("spec"), errors).check();
    }

    private static void selector(JsonNode selector, JsonNode labels, List<FieldError> errors) {
      if (selector.isMissingNode()) {
        errors.add(FieldError.required("spec.selector"));
        return;
      }
      JsonNode wanted = selector.path("matchLabels");
      if (wanted.isEmpty() && selector.path("matchExpressions").isEmpty()) {
        String why = "empty selector is invalid for deployment";
        errors.add(FieldError.invalid("spec.selector", selector, why));
        return;
      }
      boolean matches =
          wanted.properties().stream().allMatch(w -> w.getValue().equals(labels.path(w.getKey())));
      if (!matches) {
        String why = "`selector` does not match template `labels`";
        errors.add(FieldError.invalid("spec.template.metadata.labels", labels, why));
      }
    }

    private static void strategy(JsonNode strategy, List<FieldError> errors) {
      JsonNode rolling = strategy.path("rollingUpdate");
      if (strategy.path("type").asText().equals("Recreate") && !rolling.isMissingNode()) {
        errors.add(
            FieldError.forbidden(
                "spec.strategy.rollingUpdate",
                "may not be specified when strategy `type` is 'Recreate'"));
      }
      JsonNode missing = rolling.path("maxUnavailable");
      if (none(missing) && none(rolling.path("maxSurge"))) {
        errors.add(
            FieldError.invalid(
                "spec.strategy.rollingUpdate.maxUnavailable",
                missing,
                "may not be 0 when `maxSurge` is 0"));
      }
    }

    private static boolean none(JsonNode number) {
      return number.asText().equals("0") || number.asText().equals("0%");
    }

    static void checkChange(JsonNode before, JsonNode after, List<FieldError> errors) {
      JsonNode selector = after.at("/spec/selector");
      if (!selector.equals(before.at("/spec/selector"))) {
        errors.add(FieldError.invalid("spec.selector", selector, "field is immutable"));
      }
    }
  }
}
