package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import dev.deployclaw.testkit.kubernetes.access.AccessAttempt;
import dev.deployclaw.testkit.kubernetes.access.RoleAuthorizer;
import dev.deployclaw.testkit.kubernetes.validation.FieldError;
import dev.deployclaw.testkit.kubernetes.validation.ObjectRules;
import java.util.List;
import java.util.UUID;

/**
 * Answers to who writes, in the order of Kubernetes' own handlers ({@code
 * apiserver/pkg/endpoints/handlers}): what becomes of the object, its defaults, who owns its
 * fields, whether it is valid, whether the version fits. With {@code dryRun=All} all of that is
 * done and nothing is kept.
 */
record ObjectWriteHandler(
    KubernetesObjectStore store, RoleAuthorizer roles, List<AdmissionHook> admissions) {
  private static final List<String> SERVER_SET =
      List.of(
          "name",
          "namespace",
          "uid",
          "creationTimestamp",
          "generation",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private static final int NAME_DIGITS = 5;

  @FunctionalInterface
  private interface Write {
    Answer answer() throws RefusedRequestException;
  }

  Answer create(Asked asked, ResourcePath collection) {
    return answer(() -> {
      ObjectNode object = RequestOptions.object(asked);
      object.remove("status");
      var resource = collection.named(name(object.path("metadata")));
      return created(asked, resource, object, false);
    });
  }

  /** A patch of one of three kinds, or the whole object. Nobody writes a status that way. */
  Answer change(Asked asked, ResourcePath resource) {
    return answer(() -> {
      boolean apply = RequestOptions.applies(asked);
      RequestOptions.checkOptions(asked, apply);
      var current = store.object(resource.path());
      if (current.isEmpty()) {
        if (!apply) {
          throw new RefusedRequestException(RefusalResponses.notFound(resource));
        }
        checkCreates(asked, resource);
        return created(asked, resource, RequestOptions.firstApplied(asked, resource), true);
      }
      var after =
          apply
              ? RequestOptions.applied(asked, current.get())
              : RequestOptions.written(asked, resource, current.get());
      if (after.equals(current.get())) {
        return Answer.of(after);
      }
      return changed(asked, resource, current.get(), after);
    });
  }

  Answer delete(Asked asked, ResourcePath resource) {
    return answer(() -> {
      var object =
          store
              .object(resource.path())
              .orElseThrow(() -> new RefusedRequestException(RefusalResponses.notFound(resource)));
      var options = RequestOptions.object(asked);
      checkPreconditions(resource, object, options);
      boolean atOnce = options.path("gracePeriodSeconds").asInt(-1) == 0;
      boolean ends = resource.isPod() && object.at("/spec").has("nodeName") && !atOnce;
      boolean dry = RequestOptions.isDry(asked, options);
      var user = asked.caller().user();
      admit(new AdmissionHook.Write(user, "DELETE", resource, nothing(), object.deepCopy(), dry));
      if (!dry) {
        if (ends) {
          terminate(resource.path());
        } else {
          store.remove(resource.path());
        }
      }
      return resource.isPod() ? Answer.of(object) : gone(resource, object);
    });
  }

  /** One that a prefix begins is made. */
  private static String name(JsonNode metadata) {
    String prefix = metadata.path("generateName").asText();
    String own = metadata.path("name").asText();
    return own.isEmpty() && !prefix.isEmpty()
        ? prefix + UUID.randomUUID().toString().substring(0, NAME_DIGITS)
        : own;
  }

  private Answer answer(Write write) {
    synchronized (store) {
      try {
        return write.answer();
      } catch (RefusedRequestException e) {
        return e.answer();
      }
    }
  }

  private Answer created(Asked asked, ResourcePath resource, ObjectNode object, boolean applied)
      throws RefusedRequestException {
    ObjectNode metadata = object.withObject("/metadata").put("name", resource.name());
    if (!resource.namespace().isEmpty() && !resource.plural().equals("namespaces")) {
      metadata.put("namespace", resource.namespace());
    }
    metadata.remove(List.of("uid", "creationTimestamp", "resourceVersion", "generation"));
    checkReadable(object);
    checkPlace(resource);
    ObjectNode founded = KubernetesObjectStore.founded(resource.path(), object);
    if (!applied) {
      ServerSideApply.update(nothing(), founded, RequestOptions.writer(asked, resource, false));
    }
    check(resource, ObjectRules.ofNew(resource.kind().orElse(""), founded));
    if (store.object(resource.path()).isPresent()) {
      throw new RefusedRequestException(RefusalResponses.exists(resource));
    }
    return Answer.of(201, kept(asked, "CREATE", resource, founded));
  }

  /** Who applies what isn't there needs the right to create, too. */
  private void checkCreates(Asked asked, ResourcePath resource) throws RefusedRequestException {
    var attempt =
        new AccessAttempt(
            "create", resource.group(), resource.plural(), resource.namespace(), resource.name());
    var refused = roles.refusal(asked.caller().user(), attempt);
    if (refused.isPresent()) {
      throw new RefusedRequestException(RefusalResponses.forbidden(resource, refused.get()));
    }
  }

  private Answer changed(Asked asked, ResourcePath resource, ObjectNode current, ObjectNode after)
      throws RefusedRequestException {
    checkReadable(after);
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
    ObjectDefaults.fill(after, resource.kind().orElse(""));
    KubernetesObjectStore.count(resource.path(), current, after);
    check(resource, ObjectRules.ofChange(resource.kind().orElse(""), current, after));
    return after.equals(current)
        ? Answer.of(current)
        : Answer.of(kept(asked, "UPDATE", resource, after));
  }

  private static void checkReadable(ObjectNode object) throws RefusedRequestException {
    var why = ObjectRules.unreadable(object);
    if (why.isPresent()) {
      throw new RefusedRequestException(Answer.refusal(400, "BadRequest", why.get()));
    }
  }

  /** Nothing is made in a namespace that isn't there. */
  private void checkPlace(ResourcePath resource) throws RefusedRequestException {
    boolean own = resource.plural().equals("namespaces") || resource.namespace().isEmpty();
    if (!own && store.object("/api/v1/namespaces/" + resource.namespace()).isEmpty()) {
      throw new RefusedRequestException(RefusalResponses.noNamespace(resource));
    }
  }

  private static void checkIdentity(ResourcePath resource, ObjectNode current, ObjectNode after)
      throws RefusedRequestException {
    String uid = after.at("/metadata/uid").asText();
    String now = current.at("/metadata/uid").asText();
    if (!uid.isEmpty() && !uid.equals(now)) {
      throw new RefusedRequestException(
          RefusalResponses.conflict(
              resource,
              "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                  .formatted(uid, now)));
    }
    if (!after.at("/metadata/resourceVersion").equals(current.at("/metadata/resourceVersion"))) {
      throw new RefusedRequestException(RefusalResponses.modified(resource));
    }
  }

  private static void check(ResourcePath resource, List<FieldError> errors)
      throws RefusedRequestException {
    if (!errors.isEmpty()) {
      throw new RefusedRequestException(RefusalResponses.invalid(resource, errors));
    }
  }

  private ObjectNode kept(Asked asked, String operation, ResourcePath resource, ObjectNode object)
      throws RefusedRequestException {
    boolean dry = RequestOptions.isDry(asked, nothing());
    var old = store.object(resource.path()).orElse(nothing());
    var user = asked.caller().user();
    admit(new AdmissionHook.Write(user, operation, resource, object.deepCopy(), old, dry));
    return dry ? object : store.keep(resource.path(), object);
  }

  private void admit(AdmissionHook.Write write) throws RefusedRequestException {
    for (AdmissionHook admission : admissions) {
      var refused = admission.refusal(write);
      if (refused.isPresent()) {
        throw new RefusedRequestException(
            RefusalResponses.forbidden(write.resource(), refused.get()));
      }
    }
  }

  private static void checkPreconditions(ResourcePath resource, ObjectNode object, JsonNode options)
      throws RefusedRequestException {
    for (String field : List.of("uid", "resourceVersion")) {
      JsonNode expected = options.path("preconditions").path(field);
      String now = object.path("metadata").path(field).asText();
      if (!expected.asText("").isEmpty() && !expected.isNull() && !expected.asText().equals(now)) {
        String name = field.equals("uid") ? "UID" : "ResourceVersion";
        throw new RefusedRequestException(
            RefusalResponses.conflict(
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
            metadata.put("deletionTimestamp", KubernetesObjectStore.now());
          }
        });
  }

  private static Answer gone(ResourcePath resource, ObjectNode object) {
    ObjectNode said = RefusalResponses.status(200, "", "");
    ObjectNode details = said.putObject("details").put("name", resource.name());
    if (!resource.group().isEmpty()) {
      details.put("group", resource.group());
    }
    details.put("kind", resource.plural()).set("uid", object.at("/metadata/uid"));
    return Answer.of(said);
  }

  private static ObjectNode nothing() {
    return ApiServer.JSON.createObjectNode();
  }
}
