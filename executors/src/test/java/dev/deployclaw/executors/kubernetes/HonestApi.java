package dev.deployclaw.executors.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * An API server in a test that keeps to the documented rules which fabric8's mock leaves out: pages
 * with continue tokens that expire, resource versions on every write, immutable ConfigMaps,
 * server-side apply with field managers, deletes with preconditions. Faults are put in by rules.
 */
final class HonestApi implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ObjectNode> objects = new TreeMap<>();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private long version = 100;

  /** What a request is answered with instead; empty to let it pass. */
  @FunctionalInterface
  interface Rule {
    Optional<Answer> to(Asked asked);
  }

  record Asked(String method, String path, Map<String, String> query, String type, String body) {}

  record Answer(int status, String body, Map<String, String> headers) {
    static Answer of(int status, JsonNode body) {
      return new Answer(status, body.toString(), Map.of());
    }

    /** As the API server words its refusals. */
    static Answer refusal(int status, String reason, String message) {
      ObjectNode said = JSON.createObjectNode();
      said.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
      said.put("reason", reason).put("message", message).put("code", status);
      return of(status, said);
    }
  }

  private HonestApi(HttpServer server) {
    this.server = server;
  }

  static HonestApi start() {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var api = new HonestApi(HttpServer.create(address, 0));
      api.server.createContext("/", api::serve);
      api.server.setExecutor(api.threads);
      api.server.start();
      return api;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Requests answered so far, as {@code GET /path?query}. */
  List<String> requests() {
    return requests;
  }

  /** From now on; the latest rule is asked first. */
  void rule(Rule rule) {
    rules.addFirst(rule);
  }

  void withoutRules() {
    rules.clear();
  }

  /** Puts an object there as {@code manager} would by a plain write. */
  synchronized ObjectNode put(String path, String manager, JsonNode object) {
    ObjectNode stored = object.deepCopy();
    objects.put(path, stored);
    Fields.created(stored, manager);
    touch(stored);
    return stored;
  }

  synchronized Optional<ObjectNode> object(String path) {
    return Optional.ofNullable(objects.get(path)).map(ObjectNode::deepCopy);
  }

  synchronized List<String> paths() {
    return List.copyOf(objects.keySet());
  }

  /** Changes an object behind everybody's back. */
  synchronized void edit(String path, String manager, Consumer<ObjectNode> how) {
    ObjectNode object = objects.getOrDefault(path, JSON.createObjectNode());
    ObjectNode before = object.deepCopy();
    how.accept(object);
    Fields.updated(before, object, manager);
    var _ = changed(before, object);
  }

  synchronized void remove(String path) {
    objects.remove(path);
    version++;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var uri = exchange.getRequestURI();
    var type = exchange.getRequestHeaders().getFirst("Content-Type");
    var asked =
        new Asked(
            exchange.getRequestMethod(),
            uri.getPath(),
            Query.of(uri.getRawQuery()),
            type == null ? "" : type,
            body);
    requests.add(asked.method() + " " + uri);
    var answer =
        rules.stream()
            .map(r -> r.to(asked))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseGet(() -> answer(asked));
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private synchronized Answer answer(Asked asked) {
    if (asked.path().equals("/version")) {
      return Answer.of(200, JSON.createObjectNode().put("gitVersion", "v1.34.1"));
    }
    return switch (asked.method()) {
      case "GET" -> Query.isCollection(asked.path()) ? list(asked) : get(asked);
      case "POST" -> create(asked);
      case "PATCH" -> patch(asked);
      case "DELETE" -> delete(asked);
      default -> Answer.refusal(405, "MethodNotAllowed", asked.method());
    };
  }

  private Answer get(Asked asked) {
    var object = objects.get(asked.path());
    return object == null ? notFound(asked.path()) : Answer.of(200, object);
  }

  /** A continue token is "position:version"; it expires when anything was written since. */
  private Answer list(Asked asked) {
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
    ObjectNode list = JSON.createObjectNode();
    var metadata = list.putObject("metadata").put("resourceVersion", "" + version);
    if (to < all.size()) {
      metadata.put("continue", to + ":" + version);
    }
    list.putArray("items").addAll(new ArrayList<>(all.subList(from, to)));
    return Answer.of(200, list);
  }

  private Answer create(Asked asked) {
    ObjectNode object = parse(asked.body());
    String name = object.path("metadata").path("name").asText();
    String path = asked.path() + "/" + name;
    if (objects.containsKey(path)) {
      return Answer.refusal(409, "AlreadyExists", "\"" + name + "\" already exists");
    }
    return Answer.of(201, put(path, asked.query().getOrDefault("fieldManager", ""), object));
  }

  private Answer patch(Asked asked) {
    var current = objects.get(asked.path());
    if (current == null) {
      return notFound(asked.path());
    }
    ObjectNode after = current.deepCopy();
    String manager = asked.query().getOrDefault("fieldManager", "");
    switch (asked.type().replaceAll(";.*", "")) {
      case "application/json-patch+json" -> {
        Merge.patch(after, json(asked.body()));
        Fields.updated(current, after, manager);
      }
      case "application/apply-patch+yaml" -> {
        Merge.apply(after, parse(asked.body()));
        Fields.applied(current, after, manager);
      }
      default -> {
        return Answer.refusal(415, "UnsupportedMediaType", asked.type());
      }
    }
    if (!after.at("/metadata/resourceVersion").equals(current.at("/metadata/resourceVersion"))) {
      return Answer.refusal(409, "Conflict", "the object has been modified");
    }
    objects.put(asked.path(), after);
    return changed(current, after);
  }

  private Answer changed(ObjectNode before, ObjectNode current) {
    if (before.path("immutable").asBoolean() && !before.path("data").equals(current.path("data"))) {
      String path = before.path("metadata").path("name").asText();
      current.set("data", before.path("data"));
      return Answer.refusal(422, "Invalid", path + ": field is immutable when `immutable` is set");
    }
    if (!before.path("spec").equals(current.path("spec"))) {
      ObjectNode metadata = (ObjectNode) current.path("metadata");
      metadata.put("generation", metadata.path("generation").asLong() + 1);
    }
    touch(current);
    return Answer.of(200, current);
  }

  private Answer delete(Asked asked) {
    var object = objects.get(asked.path());
    if (object == null) {
      return notFound(asked.path());
    }
    var wanted = parse(asked.body()).path("preconditions");
    for (String field : List.of("uid", "resourceVersion")) {
      String expected = wanted.path(field).asText("");
      if (!expected.isEmpty()
          && !expected.equals("null")
          && !expected.equals(object.path("metadata").path(field).asText())) {
        return Answer.refusal(409, "Conflict", "the " + field + " in the precondition differs");
      }
    }
    remove(asked.path());
    return Answer.of(200, object);
  }

  private void touch(ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    version++;
    metadata.put("resourceVersion", "" + version);
    if (!metadata.has("uid")) {
      metadata.put("uid", "uid-" + version).put("generation", 1);
    }
  }

  private static Answer notFound(String path) {
    return Answer.refusal(404, "NotFound", path + " not found");
  }

  private static ObjectNode parse(String body) {
    return body.isEmpty() ? JSON.createObjectNode() : (ObjectNode) json(body);
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
