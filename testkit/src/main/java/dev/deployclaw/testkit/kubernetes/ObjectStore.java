package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What an API server holds: objects by path, and one number that rises with each write. For many
 * threads; one writes at a time.
 */
final class ObjectStore {
  private static final String APPLY = "application/apply-patch+yaml";
  private static final int MOST_BYTES = 1024 * 1024;
  private static final List<String> HELD = List.of("data", "binaryData");

  private final Map<String, ObjectNode> objects;
  private final Optional<ObjectFiles> files;
  private long version;

  /**
   * @param folder where objects are kept; empty to keep them in memory only
   */
  ObjectStore(Optional<Path> folder) {
    this.files = folder.map(ObjectFiles::in);
    this.objects = files.map(ObjectFiles::read).orElseGet(TreeMap::new);
    this.version = files.map(ObjectFiles::version).orElse(100L);
  }

  /** As the API writes times. */
  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  synchronized ObjectNode put(String path, String manager, JsonNode object) {
    ObjectNode stored = object.deepCopy();
    Fields.created(stored, manager);
    return keep(path, founded(stored));
  }

  /** With what the server itself writes into a new object. */
  private static ObjectNode founded(ObjectNode object) {
    Defaults.fill(object);
    ObjectNode metadata = object.withObject("/metadata");
    if (!metadata.has("uid")) {
      metadata.put("uid", UUID.randomUUID().toString()).put("generation", 1);
    }
    if (!metadata.has("creationTimestamp")) {
      metadata.put("creationTimestamp", now());
    }
    return object;
  }

  synchronized Optional<ObjectNode> object(String path) {
    return Optional.ofNullable(objects.get(path)).map(ObjectNode::deepCopy);
  }

  synchronized List<String> paths() {
    return List.copyOf(objects.keySet());
  }

  synchronized Map<String, ObjectNode> objects(Predicate<String> path) {
    var out = new TreeMap<String, ObjectNode>();
    objects.forEach((key, object) -> {
      if (path.test(key)) {
        out.put(key, object.deepCopy());
      }
    });
    return out;
  }

  synchronized void edit(String path, String manager, Consumer<ObjectNode> how) {
    var current = objects.get(path);
    if (current == null) {
      return;
    }
    ObjectNode after = current.deepCopy();
    how.accept(after);
    if (!after.equals(current)) {
      Fields.updated(current, after, manager);
      generation(current, after);
      keep(path, after);
    }
  }

  synchronized void remove(String path) {
    objects.remove(path);
    version++;
    files.ifPresent(f -> f.remove(path, version));
  }

  synchronized Answer get(Asked asked) {
    var object = objects.get(asked.path());
    return object == null ? notFound(asked.path()) : Answer.of(object);
  }

  /** A continue token is "position:version"; it expires when anything was written since. */
  synchronized Answer list(Asked asked) {
    String token = asked.query().getOrDefault("continue", "");
    String[] parts = token.isEmpty() ? new String[] {"0", "" + version} : token.split(":", 2);
    if (!parts[1].equals("" + version)) {
      return Answer.refusal(410, "Expired", "The provided continue parameter is too old");
    }
    var all =
        objects.entrySet().stream()
            .filter(e -> Query.isIn(e.getKey(), asked.path()))
            .map(Map.Entry::getValue)
            .filter(o -> Query.selects(asked.query().getOrDefault("labelSelector", ""), o))
            .sorted(Comparator.comparing(o -> o.path("metadata").path("name").asText()))
            .toList();
    int from = Integer.parseInt(parts[0]);
    int limit = Integer.parseInt(asked.query().getOrDefault("limit", "1000000"));
    int to = Math.min(all.size(), from + limit);
    ObjectNode list = ApiServer.JSON.createObjectNode();
    var metadata = list.putObject("metadata").put("resourceVersion", "" + version);
    if (to < all.size()) {
      metadata.put("continue", to + ":" + version);
    }
    list.putArray("items").addAll(all.subList(from, to));
    return Answer.of(list);
  }

  synchronized Answer create(Asked asked) {
    ObjectNode object = parse(asked.body());
    String name = object.path("metadata").path("name").asText();
    String path = asked.path() + "/" + name;
    if (objects.containsKey(path)) {
      return Answer.refusal(409, "AlreadyExists", "\"" + name + "\" already exists");
    }
    var tooLarge = tooLarge(object);
    if (tooLarge.isPresent()) {
      return tooLarge.get();
    }
    Query.namespace(asked.path())
        .ifPresent(n -> object.withObject("/metadata").put("namespace", n));
    object.remove("status");
    return Answer.of(201, put(path, manager(asked), object));
  }

  /** A patch of one of three kinds, or the whole object. Nobody writes a status that way. */
  synchronized Answer change(Asked asked) {
    var current = objects.get(asked.path());
    if (current == null) {
      return asked.type().equals(APPLY) ? firstApplied(asked) : notFound(asked.path());
    }
    var written = written(asked, current);
    if (written.isEmpty()) {
      return Answer.refusal(415, "UnsupportedMediaType", asked.type());
    }
    var after = written.get();
    var refused = refused(current, after);
    if (refused.isPresent()) {
      return refused.get();
    }
    after.remove("status");
    if (current.has("status")) {
      after.set("status", current.get("status"));
    }
    if (asked.type().equals(APPLY)) {
      Fields.applied(current, after, manager(asked));
    } else {
      Fields.updated(current, after, manager(asked));
    }
    Defaults.fill(after);
    generation(current, after);
    return Answer.of(keep(asked.path(), after));
  }

  /** Apply creates what isn't there, unless it means an object that was. */
  private Answer firstApplied(Asked asked) {
    ObjectNode object = parse(asked.body());
    if (object.path("metadata").has("resourceVersion") || object.path("metadata").has("uid")) {
      return notFound(asked.path());
    }
    object.remove("status");
    Fields.applied(parse("{}"), object, manager(asked));
    return Answer.of(201, keep(asked.path(), founded(object)));
  }

  private static Optional<ObjectNode> written(Asked asked, ObjectNode current) {
    ObjectNode after = current.deepCopy();
    if (asked.method().equals("PUT")) {
      after = parse(asked.body());
      if (!after.path("metadata").has("resourceVersion")) {
        after
            .withObject("/metadata")
            .set("resourceVersion", current.at("/metadata/resourceVersion"));
      }
      return Optional.of(after);
    }
    switch (asked.type()) {
      case "application/json-patch+json" -> Merge.patch(after, json(asked.body()));
      case "application/merge-patch+json" -> Merge.merge(after, parse(asked.body()));
      case APPLY -> Merge.apply(after, parse(asked.body()));
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(after);
  }

  private static Optional<Answer> refused(ObjectNode current, ObjectNode after) {
    if (!after.at("/metadata/resourceVersion").equals(current.at("/metadata/resourceVersion"))) {
      return Optional.of(Answer.refusal(409, "Conflict", "the object has been modified"));
    }
    boolean held = HELD.stream().allMatch(field -> current.path(field).equals(after.path(field)));
    if (current.path("immutable").asBoolean() && !(held && after.path("immutable").asBoolean())) {
      String name = current.path("metadata").path("name").asText();
      return Optional.of(
          Answer.refusal(422, "Invalid", name + ": field is immutable when `immutable` is set"));
    }
    return tooLarge(after);
  }

  private static Optional<Answer> tooLarge(ObjectNode object) {
    int bytes = HELD.stream().mapToInt(field -> bytes(object.path(field))).sum();
    return bytes > MOST_BYTES
        ? Optional.of(
            Answer.refusal(422, "Invalid", "data: Too long: may not be more than 1048576 bytes"))
        : Optional.empty();
  }

  private static int bytes(JsonNode held) {
    int sum = 0;
    for (JsonNode value : held) {
      sum += value.asText().getBytes(StandardCharsets.UTF_8).length;
    }
    return sum;
  }

  synchronized Answer delete(Asked asked) {
    var object = objects.get(asked.path());
    if (object == null) {
      return notFound(asked.path());
    }
    var options = parse(asked.body());
    for (String field : List.of("uid", "resourceVersion")) {
      String expected = options.path("preconditions").path(field).asText("");
      if (!expected.isEmpty()
          && !expected.equals("null")
          && !expected.equals(object.path("metadata").path(field).asText())) {
        return Answer.refusal(409, "Conflict", "the " + field + " in the precondition differs");
      }
    }
    boolean atOnce = options.path("gracePeriodSeconds").asInt(-1) == 0;
    if (Query.isPod(asked.path()) && object.at("/spec").has("nodeName") && !atOnce) {
      terminate(asked.path());
    } else {
      remove(asked.path());
    }
    return Answer.of(object);
  }

  /** A pod that a node runs stays until the node says that it has ended. */
  private void terminate(String path) {
    edit(
        path,
        "",
        pod -> {
          ObjectNode metadata = pod.withObject("/metadata");
          if (!metadata.has("deletionTimestamp")) {
            metadata.put("deletionTimestamp", now());
          }
        });
  }

  private static void generation(ObjectNode before, ObjectNode after) {
    if (!before.path("spec").equals(after.path("spec"))) {
      ObjectNode metadata = after.withObject("/metadata");
      metadata.put("generation", metadata.path("generation").asLong() + 1);
    }
  }

  private ObjectNode keep(String path, ObjectNode object) {
    version++;
    object.withObject("/metadata").put("resourceVersion", "" + version);
    objects.put(path, object);
    files.ifPresent(f -> f.write(path, object, version));
    return object.deepCopy();
  }

  private static String manager(Asked asked) {
    return asked.query().getOrDefault("fieldManager", "");
  }

  private static Answer notFound(String path) {
    return Answer.refusal(404, "NotFound", path + " not found");
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
