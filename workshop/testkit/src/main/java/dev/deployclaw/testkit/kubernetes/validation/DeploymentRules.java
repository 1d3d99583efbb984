package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Deployments and ReplicaSets ({@code pkg/apis/apps/validation}). */
final class DeploymentRules {
  private DeploymentRules() {}

  static void check(JsonNode object, List<FieldError> errors) {
    JsonNode spec = object.path("spec");
    JsonNode template = spec.path("template");
    selector(spec.path("selector"), template.at("/metadata/labels"), errors);
    MetadataRules.labels("spec.template.metadata.labels", template.at("/metadata/labels"), errors);
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
