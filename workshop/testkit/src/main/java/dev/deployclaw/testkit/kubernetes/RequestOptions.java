package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import dev.deployclaw.testkit.kubernetes.validation.FieldError;
import java.util.Optional;

/** What requests that write ask for: options, who writes, and what becomes of an object. */
final class RequestOptions {
  private RequestOptions() {}

  static boolean applies(Asked asked) {
    return asked.type().equals("application/apply-patch+yaml") && asked.method().equals("PATCH");
  }

  static void checkOptions(Asked asked, boolean apply) throws RefusedRequestException {
    boolean named = !asked.query().getOrDefault("fieldManager", "").isEmpty();
    if (apply && !named) {
      var error = FieldError.required("fieldManager", "is required for apply patch");
      throw new RefusedRequestException(RefusalResponses.invalidOptions("PatchOptions", error));
    }
    if (!apply && asked.query().containsKey("force")) {
      var error = FieldError.forbidden("force", "may not be specified for non-apply patch");
      throw new RefusedRequestException(RefusalResponses.invalidOptions("PatchOptions", error));
    }
    isDry(asked, ApiServer.JSON.createObjectNode());
  }

  /** The one value that there is means all stages. */
  static boolean isDry(Asked asked, JsonNode options) throws RefusedRequestException {
    String said = asked.query().getOrDefault("dryRun", options.at("/dryRun/0").asText(""));
    if (!said.isEmpty() && !said.equals("All")) {
      var error = FieldError.unsupported("dryRun", "[\"" + said + "\"]", "\"All\"");
      throw new RefusedRequestException(RefusalResponses.invalidOptions("PatchOptions", error));
    }
    return !said.isEmpty();
  }

  /** Apply creates what isn't there, unless it means an object that was. */
  static ObjectNode firstApplied(Asked asked, ResourcePath resource)
      throws RefusedRequestException {
    ObjectNode said = object(asked);
    String uid = said.at("/metadata/uid").asText();
    if (!uid.isEmpty()) {
      throw new RefusedRequestException(
          RefusalResponses.conflict(
              resource,
              "uid mismatch: the provided object specified uid "
                  + uid
                  + ", and no existing object was found"));
    }
    return applied(asked, ApiServer.JSON.createObjectNode());
  }

  static ObjectNode applied(Asked asked, ObjectNode current) throws RefusedRequestException {
    ObjectNode said = object(asked);
    if (said.path("metadata").has("managedFields")) {
      throw new RefusedRequestException(
          Answer.refusal(400, "BadRequest", "metadata.managedFields must be nil"));
    }
    boolean force = asked.query().getOrDefault("force", "").equals("true");
    var writer = FieldOwner.applies(asked.query().getOrDefault("fieldManager", ""));
    try {
      return ServerSideApply.apply(current, said, writer, force);
    } catch (ApplyConflictException e) {
      throw new RefusedRequestException(RefusalResponses.conflict(e));
    } catch (IllegalStateException e) {
      String message =
          "Internal error occurred: failed to create typed patch object: " + e.getMessage();
      throw new RefusedRequestException(Answer.refusal(500, "InternalError", message));
    }
  }

  static ObjectNode written(Asked asked, ResourcePath resource, ObjectNode current)
      throws RefusedRequestException {
    ObjectNode after = plain(asked, current);
    if (resource.part().equals("status")) {
      ObjectNode status = current.deepCopy();
      status.set("status", after.path("status"));
      after = status;
    }
    ObjectDefaults.fill(after, resource.kind().orElse(""));
    ServerSideApply.update(current, after, writer(asked, resource, true));
    return after;
  }

  private static ObjectNode plain(Asked asked, ObjectNode current) throws RefusedRequestException {
    if (asked.method().equals("PUT")) {
      ObjectNode after = object(asked);
      ObjectNode metadata = after.withObject("/metadata");
      if (!metadata.has("resourceVersion")) {
        metadata.set("resourceVersion", current.at("/metadata/resourceVersion"));
      }
      return after;
    }
    ObjectNode after = current.deepCopy();
    switch (asked.type()) {
      case "application/json-patch+json" -> {
        try {
          return ObjectPatch.patched(current, json(asked.body()));
        } catch (ObjectPatch.Unfit e) {
          throw new RefusedRequestException(
              Answer.refusal(
                  422,
                  "Invalid",
                  "the server rejected our request due to an error in our request"));
        }
      }
      case "application/merge-patch+json" -> ObjectPatch.merge(after, object(asked));
      default ->
          throw new RefusedRequestException(
              Answer.refusal(
                  415,
                  "UnsupportedMediaType",
                  "the body of the request was in an unknown format - accepted media types include:"
                      + " application/json-patch+json, application/merge-patch+json,"
                      + " application/apply-patch+yaml"));
    }
    return after;
  }

  /** A client without a name is called by its program. */
  static FieldOwner writer(Asked asked, ResourcePath resource, boolean there) {
    String program = asked.caller().program().replaceAll("/.*", "");
    String manager = asked.query().getOrDefault("fieldManager", "");
    return FieldOwner.updates(
        manager.isEmpty()
            ? Optional.of(program).filter(p -> !p.isEmpty()).orElse("unknown")
            : manager,
        resource.version(),
        there ? resource.part() : "");
  }

  /** The body, as an object; an empty one where there is none. */
  static ObjectNode object(Asked asked) {
    String body = asked.body();
    if (body.isEmpty()) {
      return ApiServer.JSON.createObjectNode();
    }
    if (json(body) instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("the body isn't an object");
  }

  private static JsonNode json(String body) {
    try {
      return ApiServer.JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
