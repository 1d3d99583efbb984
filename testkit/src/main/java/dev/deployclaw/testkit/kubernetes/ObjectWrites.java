package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import dev.deployclaw.testkit.kubernetes.Refusals.FieldError;
import dev.deployclaw.testkit.kubernetes.apply.ApplyConflict;
import dev.deployclaw.testkit.kubernetes.apply.ServerSideApply;
import dev.deployclaw.testkit.kubernetes.apply.Writer;
import java.util.List;
import java.util.Optional;

/**
 * Answers to who writes, in the order of Kubernetes' own handlers ({@code
 * apiserver/pkg/endpoints/handlers}): what becomes of the object, its defaults, who owns its
 * fields, whether it is valid, whether the version fits. With {@code dryRun=All} all of that is
 * done and nothing is kept.
 */
final class ObjectWrites {
  private static final String APPLY = "application/apply-patch+yaml";
  private static final List<String> SERVER_SET =
      List.of(
          "name",
          "namespace",
          "uid",
          "creationTimestamp",
          "generation",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private final ObjectStore store;

  ObjectWrites(ObjectStore store) {
    this.store = store;
  }

  /** A write that ends with an answer instead of an object. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Answer answer;

    Refused(Answer answer) {
      super(answer.body());
      this.answer = answer;
    }
  }

  @FunctionalInterface
  private interface Write {
    Answer answer() throws Refused;
  }

  Answer create(Asked asked, Resource collection) {
    return answer(() -> {
      ObjectNode object = parse(asked.body());
      object.remove("status");
      var resource = collection.named(object.at("/metadata/name").asText());
      return created(asked, resource, object, false);
    });
  }

  /** A patch of one of three kinds, or the whole object. Nobody writes a status that way. */
  Answer change(Asked asked, Resource resource) {
    return answer(() -> {
      boolean apply = asked.type().equals(APPLY) && asked.method().equals("PATCH");
      checkOptions(asked, apply);
      var current = store.object(resource.path());
      if (current.isEmpty()) {
        if (!apply) {
          throw new Refused(Refusals.notFound(resource));
        }
        return created(asked, resource, firstApplied(asked, resource), true);
      }
      var after = apply ? applied(asked, current.get()) : written(asked, resource, current.get());
      if (after.equals(current.get())) {
        return Answer.of(after);
      }
      return changed(asked, resource, current.get(), after);
    });
  }

  Answer delete(Asked asked, Resource resource) {
    return answer(() -> {
      var object =
          store.object(resource.path()).orElseThrow(() -> new Refused(Refusals.notFound(resource)));
      var options = parse(asked.body());
      checkPreconditions(resource, object, options);
      boolean atOnce = options.path("gracePeriodSeconds").asInt(-1) == 0;
      boolean ends = resource.isPod() && object.at("/spec").has("nodeName") && !atOnce;
      if (!isDry(asked, options)) {
        if (ends) {
          terminate(resource.path());
        } else {
          store.remove(resource.path());
        }
      }
      return resource.isPod() ? Answer.of(object) : gone(resource, object);
    });
  }

  private Answer answer(Write write) {
    synchronized (store) {
      try {
        return write.answer();
      } catch (Refused e) {
        return e.answer;
      }
    }
  }

  private static void checkOptions(Asked asked, boolean apply) throws Refused {
    boolean named = !asked.query().getOrDefault("fieldManager", "").isEmpty();
    if (apply && !named) {
      var error = FieldError.required("fieldManager", "is required for apply patch");
      throw new Refused(Refusals.invalidOptions("PatchOptions", error));
    }
    if (!apply && asked.query().containsKey("force")) {
      var error = FieldError.forbidden("force", "may not be specified for non-apply patch");
      throw new Refused(Refusals.invalidOptions("PatchOptions", error));
    }
    isDry(asked, ApiServer.JSON.createObjectNode());
  }

  /** The one value that there is means all stages. */
  private static boolean isDry(Asked asked, JsonNode options) throws Refused {
    String said = asked.query().getOrDefault("dryRun", options.at("/dryRun/0").asText(""));
    if (!said.isEmpty() && !said.equals("All")) {
      var error =
          new FieldError(
              "dryRun",
              "FieldValueNotSupported",
              "Unsupported value: [\"" + said + "\"]: supported values: \"All\"");
      throw new Refused(Refusals.invalidOptions("PatchOptions", error));
    }
    return !said.isEmpty();
  }

  private Answer created(Asked asked, Resource resource, ObjectNode object, boolean applied)
      throws Refused {
    ObjectNode metadata = object.withObject("/metadata").put("name", resource.name());
    if (!resource.namespace().isEmpty() && !resource.plural().equals("namespaces")) {
      metadata.put("namespace", resource.namespace());
    }
    metadata.remove(List.of("uid", "creationTimestamp", "resourceVersion", "generation"));
    ObjectNode founded = ObjectStore.founded(resource.path(), object);
    if (!applied) {
      ServerSideApply.update(
          ApiServer.JSON.createObjectNode(), founded, writer(asked, resource, false));
    }
    check(resource, Validation.ofNew(resource, founded));
    if (store.object(resource.path()).isPresent()) {
      throw new Refused(Refusals.exists(resource));
    }
    return Answer.of(201, kept(asked, resource, founded));
  }

  /** Apply creates what isn't there, unless it means an object that was. */
  private ObjectNode firstApplied(Asked asked, Resource resource) throws Refused {
    ObjectNode said = parse(asked.body());
    String uid = said.at("/metadata/uid").asText();
    if (!uid.isEmpty()) {
      throw new Refused(
          Refusals.conflict(
              resource,
              "uid mismatch: the provided object specified uid "
                  + uid
                  + ", and no existing object was found"));
    }
    return applied(asked, ApiServer.JSON.createObjectNode());
  }

  private ObjectNode applied(Asked asked, ObjectNode current) throws Refused {
    ObjectNode said = parse(asked.body());
    if (said.path("metadata").has("managedFields")) {
      throw new Refused(Answer.refusal(400, "BadRequest", "metadata.managedFields must be nil"));
    }
    boolean force = asked.query().getOrDefault("force", "").equals("true");
    var writer = Writer.applies(asked.query().getOrDefault("fieldManager", ""));
    try {
      return ServerSideApply.apply(current, said, writer, force);
    } catch (ApplyConflict e) {
      throw new Refused(Refusals.conflict(e));
    } catch (IllegalStateException e) {
      String message = "failed to create typed patch object: " + e.getMessage();
      throw new Refused(Answer.refusal(500, "InternalError", message));
    }
  }

  private ObjectNode written(Asked asked, Resource resource, ObjectNode current) throws Refused {
    ObjectNode after = plain(asked, current);
    if (resource.part().equals("status")) {
      ObjectNode status = current.deepCopy();
      status.set("status", after.path("status"));
      after = status;
    }
    Defaults.fill(after, resource.kind().orElse(""));
    ServerSideApply.update(current, after, writer(asked, resource, true));
    return after;
  }

  private static ObjectNode plain(Asked asked, ObjectNode current) throws Refused {
    if (asked.method().equals("PUT")) {
      ObjectNode after = parse(asked.body());
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
          return Patches.patched(current, json(asked.body()));
        } catch (Patches.Unfit e) {
          throw new Refused(
              Answer.refusal(
                  422,
                  "Invalid",
                  "the server rejected our request due to an error in our request"));
        }
      }
      case "application/merge-patch+json" -> Patches.merge(after, parse(asked.body()));
      default ->
          throw new Refused(
              Answer.refusal(
                  415,
                  "UnsupportedMediaType",
                  "the body of the request was in an unknown format - accepted media types include:"
                      + " application/json-patch+json, application/merge-patch+json,"
                      + " application/apply-patch+yaml"));
    }
    return after;
  }

  private Answer changed(Asked asked, Resource resource, ObjectNode current, ObjectNode after)
      throws Refused {
    checkIdentity(resource, current, after);
    if (resource.part().isEmpty()) {
      after.remove("status");
      if (current.has("status")) {
        after.set("status", current.get("status"));
      }
    }
    for (String field : SERVER_SET) {
      JsonNode value = current.path("metadata").path(field);
      ObjectNode metadata = after.withObject("/metadata");
      metadata.remove(field);
      if (!value.isMissingNode()) {
        metadata.set(field, value);
      }
    }
    Defaults.fill(after, resource.kind().orElse(""));
    ObjectStore.count(resource.path(), current, after);
    check(resource, Validation.ofChange(resource, current, after));
    return after.equals(current) ? Answer.of(current) : Answer.of(kept(asked, resource, after));
  }

  private static void checkIdentity(Resource resource, ObjectNode current, ObjectNode after)
      throws Refused {
    String uid = after.at("/metadata/uid").asText();
    String now = current.at("/metadata/uid").asText();
    if (!uid.isEmpty() && !uid.equals(now)) {
      throw new Refused(
          Refusals.conflict(
              resource,
              "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                  .formatted(uid, now)));
    }
    if (!after.at("/metadata/resourceVersion").equals(current.at("/metadata/resourceVersion"))) {
      throw new Refused(Refusals.modified(resource));
    }
  }

  private static void check(Resource resource, List<FieldError> errors) throws Refused {
    if (!errors.isEmpty()) {
      throw new Refused(Refusals.invalid(resource, errors));
    }
  }

  private ObjectNode kept(Asked asked, Resource resource, ObjectNode object) throws Refused {
    return isDry(asked, ApiServer.JSON.createObjectNode())
        ? object
        : store.keep(resource.path(), object);
  }

  private static void checkPreconditions(Resource resource, ObjectNode object, JsonNode options)
      throws Refused {
    for (String field : List.of("uid", "resourceVersion")) {
      JsonNode expected = options.path("preconditions").path(field);
      String now = object.path("metadata").path(field).asText();
      if (!expected.asText("").isEmpty() && !expected.isNull() && !expected.asText().equals(now)) {
        String name = field.equals("uid") ? "UID" : "ResourceVersion";
        throw new Refused(
            Refusals.conflict(
                resource,
                "Precondition failed: %s in precondition: %s, %s in object meta: %s"
                    .formatted(name, expected.asText(), name, now)));
      }
    }
  }

  /** A pod that a node runs stays until the node says that it has ended. */
  private void terminate(String path) {
    store.edit(
        path,
        "kube-apiserver",
        pod -> {
          ObjectNode metadata = pod.withObject("/metadata");
          if (!metadata.has("deletionTimestamp")) {
            metadata.put("deletionTimestamp", ObjectStore.now());
          }
        });
  }

  private static Answer gone(Resource resource, ObjectNode object) {
    ObjectNode said = Refusals.status(200, "", "");
    ObjectNode details = said.putObject("details").put("name", resource.name());
    if (!resource.group().isEmpty()) {
      details.put("group", resource.group());
    }
    details.put("kind", resource.plural()).set("uid", object.at("/metadata/uid"));
    return Answer.of(said);
  }

  /** Whoever leaves no name is called as its program. */
  private static Writer writer(Asked asked, Resource resource, boolean there) {
    String program = asked.agent().replaceAll("/.*", "");
    String manager = asked.query().getOrDefault("fieldManager", "");
    return Writer.updates(
        manager.isEmpty()
            ? Optional.of(program).filter(p -> !p.isEmpty()).orElse("unknown")
            : manager,
        resource.version(),
        there ? resource.part() : "");
  }

  private static ObjectNode parse(String body) {
    if (body.isEmpty()) {
      return ApiServer.JSON.createObjectNode();
    }
    if (json(body) instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("the body is no object");
  }

  private static JsonNode json(String body) {
    try {
      return ApiServer.JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
