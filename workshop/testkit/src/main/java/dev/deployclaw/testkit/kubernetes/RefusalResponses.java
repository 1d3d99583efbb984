package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.validation.FieldError;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Refusals as the API server words them ({@code apimachinery/pkg/api/errors}). */
final class RefusalResponses {
  private RefusalResponses() {}

  static Answer notFound(ResourcePath resource) {
    String message = "%s \"%s\" not found".formatted(resource.qualified(), resource.name());
    return Answer.of(404, status(404, "NotFound", message, resource));
  }

  static Answer unserved() {
    return Answer.refusal(404, "NotFound", "the server could not find the requested resource");
  }

  static Answer exists(ResourcePath resource) {
    String message = "%s \"%s\" already exists".formatted(resource.qualified(), resource.name());
    return Answer.of(409, status(409, "AlreadyExists", message, resource));
  }

  static Answer modified(ResourcePath resource) {
    return conflict(
        resource,
        "the object has been modified; please apply your changes to the latest version and try"
            + " again");
  }

  static Answer conflict(ResourcePath resource, String why) {
    String message =
        "Operation cannot be fulfilled on %s \"%s\": %s"
            .formatted(resource.qualified(), resource.name(), why);
    return Answer.of(409, status(409, "Conflict", message, resource));
  }

  static Answer conflict(ApplyConflictException conflict) {
    ObjectNode said = status(409, "Conflict", String.valueOf(conflict.getMessage()));
    conflict
        .causes()
        .forEach(cause ->
            said.withObject("/details")
                .withArray("causes")
                .addObject()
                .put("reason", "FieldManagerConflict")
                .put("message", cause.message())
                .put("field", cause.field()));
    return Answer.of(409, said);
  }

  static Answer forbidden(ResourcePath resource, String why) {
    String name = resource.name().isEmpty() ? "" : " \"" + resource.name() + "\"";
    String message = "%s%s is forbidden: %s".formatted(resource.qualified(), name, why);
    return Answer.of(403, status(403, "Forbidden", message, resource));
  }

  static Answer invalid(ResourcePath resource, List<FieldError> errors) {
    String kind = resource.kind().orElse(resource.plural());
    String qualified = resource.group().isEmpty() ? kind : kind + "." + resource.group();
    ObjectNode said = status(422, "Invalid", invalid(qualified, resource.name(), errors), resource);
    said.withObject("/details").put("kind", kind);
    causes(said, errors);
    return Answer.of(422, said);
  }

  /** Of what the query says. */
  static Answer invalidOptions(String kind, FieldError error) {
    String message = invalid(kind + ".meta.k8s.io", "", List.of(error));
    ObjectNode said = status(422, "Invalid", message);
    said.withObject("/details").put("group", "meta.k8s.io").put("kind", kind);
    causes(said, List.of(error));
    return Answer.of(422, said);
  }

  private static String invalid(String kind, String name, List<FieldError> errors) {
    String all = errors.stream().map(FieldError::words).collect(Collectors.joining(", "));
    return "%s \"%s\" is invalid: %s"
        .formatted(kind, name, errors.size() == 1 ? all : "[" + all + "]");
  }

  private static void causes(ObjectNode said, List<FieldError> errors) {
    errors.forEach(error ->
        said.withObject("/details")
            .withArray("causes")
            .addObject()
            .put("reason", error.reason())
            .put("message", error.message())
            .put("field", error.field()));
  }

  static Answer noNamespace(ResourcePath resource) {
    return notFound(new ResourcePath("", "", "namespaces", resource.namespace(), ""));
  }

  /** A list of a version that isn't there yet. */
  static Answer tooLargeVersion(long asked, long current) {
    String message =
        "Timeout: Too large resource version: %d, current: %d".formatted(asked, current);
    ObjectNode said = status(504, "Timeout", message);
    said.withObject("/details")
        .put("retryAfterSeconds", 1)
        .withArray("causes")
        .addObject()
        .put("reason", "ResourceVersionTooLarge")
        .put("message", "Too large resource version");
    return new Answer(504, said.toString(), Map.of("Retry-After", "1"));
  }

  private static ObjectNode status(int code, String reason, String message, ResourcePath resource) {
    ObjectNode said = status(code, reason, message);
    ObjectNode details = said.putObject("details");
    if (!resource.name().isEmpty()) {
      details.put("name", resource.name());
    }
    if (!resource.group().isEmpty()) {
      details.put("group", resource.group());
    }
    details.put("kind", resource.plural());
    return said;
  }

  static ObjectNode status(int code, String reason, String message) {
    ObjectNode said = ApiServer.JSON.createObjectNode();
    said.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    said.put("status", code < 300 ? "Success" : "Failure");
    if (!reason.isEmpty()) {
      said.put("reason", reason).put("message", message);
    }
    return said.put("code", code);
  }
}
