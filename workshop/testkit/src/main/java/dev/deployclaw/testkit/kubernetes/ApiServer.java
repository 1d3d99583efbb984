package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.access.AccessAttempt;
import dev.deployclaw.testkit.kubernetes.access.AccessReviews;
import dev.deployclaw.testkit.kubernetes.access.ClientUser;
import dev.deployclaw.testkit.kubernetes.access.RoleAuthorizer;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * An API server that keeps to the documented rules of Kubernetes' (API reference, "API concepts"),
 * as far as this product meets them: pages with continue tokens that expire, resource versions,
 * server-side apply with managed fields, dry runs, roles, validation, deletes with preconditions,
 * pods that take their time to end. What differs is in {@code
 * workshop/testkit/kubernetes-stand-in.md}. Faults are put in by rules, refusals of a cluster by
 * admission. For many threads.
 */
public final class ApiServer implements AutoCloseable {
  public static final ObjectMapper JSON = new ObjectMapper();

  /** Of the requests that are remembered, the latest stay. */
  private static final int MOST_REQUESTS = 10_000;

  private final ApiListener listener;
  private final KubernetesObjectStore store;
  private final ObjectReads reads;
  private final ObjectWriteHandler writes;
  private final ClientAuthentication clients;
  private final RoleAuthorizer roles;
  private final List<AdmissionHook> admissions = new CopyOnWriteArrayList<>();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Deque<String> requests = new ArrayDeque<>();

  /** What a request is answered with instead; empty to let it pass. */
  @FunctionalInterface
  public interface Rule {
    Optional<Answer> to(Asked asked);
  }

  /** Who sends a request, and with which program. */
  public record Caller(ClientUser user, String program) {
    static final Caller ADMINISTRATOR = new Caller(ClientUser.ADMINISTRATOR, "");
  }

  /** A request, with the type of its body. */
  public record Asked(
      String method,
      String path,
      Map<String, String> query,
      String type,
      String body,
      Caller caller) {
    /** Of an administrator whose program leaves no name. */
    public Asked(String method, String path, Map<String, String> query, String type, String body) {
      this(method, path, query, type, body, Caller.ADMINISTRATOR);
    }
  }

  public record Answer(int status, String body, Map<String, String> headers) {
    public static Answer of(int status, JsonNode body) {
      return new Answer(status, body.toString(), Map.of());
    }

    public static Answer of(JsonNode body) {
      return of(200, body);
    }

    public static Answer refusal(int status, String reason, String message) {
      return of(status, RefusalResponses.status(status, reason, message));
    }
  }

  private ApiServer(int port, Optional<Tls> tls, Optional<Path> folder, Optional<String> token) {
    this.store = new KubernetesObjectStore(folder);
    this.clients = ClientAuthentication.of(token);
    this.reads = new ObjectReads(store);
    this.roles = new RoleAuthorizer(store::objects);
    this.writes = new ObjectWriteHandler(store, roles, admissions);
    this.listener = ApiListener.start(port, tls, this::serve);
  }

  /** A certificate and its key, in files, PEM. */
  public record Tls(Path certificate, Path key) {}

  /** On a free port, in memory, for everybody on this machine. */
  public static ApiServer start() {
    return new ApiServer(0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** For clients that know the token; what the folder holds already is there again. */
  public static ApiServer start(int port, Path folder, String token) {
    return new ApiServer(port, Optional.empty(), Optional.of(folder), Optional.of(token));
  }

  public static ApiServer start(int port, Path folder, String token, Tls tls) {
    return new ApiServer(port, Optional.of(tls), Optional.of(folder), Optional.of(token));
  }

  public URI url() {
    return listener.url();
  }

  /** The latest requests answered so far, as {@code GET /path?query}. */
  public List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  public void rule(Rule rule) {
    rules.addFirst(rule);
  }

  public void admission(AdmissionHook admission) {
    admissions.add(admission);
  }

  /** Lets somebody in by a token, who may do what roles and bindings give. */
  public void user(String shown, String name) {
    clients.known().put(shown, ClientUser.named(name));
  }

  public ObjectNode put(String path, String manager, JsonNode object) {
    return store.put(path, manager, object);
  }

  /** Applies an object, by force, as {@code manager} would who does so by server-side apply. */
  public Answer apply(String path, String manager, JsonNode object) {
    var query = Map.of("fieldManager", manager, "force", "true");
    String type = "application/apply-patch+yaml";
    return change(new Asked("PATCH", path, query, type, object.toString()));
  }

  Answer change(Asked asked) {
    return writes.change(asked, ResourcePath.of(asked.path()).orElseThrow());
  }

  public Optional<ObjectNode> object(String path) {
    return store.object(path);
  }

  public List<String> paths() {
    return store.paths();
  }

  public Map<String, ObjectNode> objects(Predicate<String> path) {
    return store.objects(path);
  }

  /** Changes an object behind everybody's back; nothing happens where there is none. */
  public void edit(String path, String manager, Consumer<ObjectNode> how) {
    store.edit(path, manager, how);
  }

  /** Changes an object's status, and its annotations, as a controller does. */
  public void editStatus(String path, String manager, Consumer<ObjectNode> how) {
    store.editStatus(path, manager, how);
  }

  public void remove(String path) {
    store.remove(path);
  }

  @Override
  public void close() {
    listener.close();
  }

  private Answer serve(ApiListener.Received received) {
    remember(received.method() + " " + received.uri());
    var user = clients.user(received.authorization());
    if (user.isEmpty()) {
      return Answer.refusal(401, "Unauthorized", "Unauthorized");
    }
    return answer(
        new Asked(
            received.method(),
            received.uri().getPath(),
            RequestQuery.of(received.uri().getRawQuery()),
            received.type().replaceAll(";.*", ""),
            received.body(),
            new Caller(user.get(), received.program())));
  }

  private void remember(String request) {
    synchronized (requests) {
      if (requests.size() == MOST_REQUESTS) {
        requests.removeFirst();
      }
      requests.addLast(request);
    }
  }

  private Answer answer(Asked asked) {
    return rules.stream()
        .map(r -> r.to(asked))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> byMethod(asked));
  }

  private Answer byMethod(Asked asked) {
    if (asked.path().equals("/version")) {
      return Answer.of(JSON.createObjectNode().put("gitVersion", "v1.34.1"));
    }
    var resource = ResourcePath.of(asked.path());
    if (resource.flatMap(ResourcePath::kind).isEmpty()) {
      return RefusalResponses.unserved();
    }
    try {
      return byMethod(asked, resource.get());
    } catch (IllegalArgumentException e) {
      return Answer.refusal(400, "BadRequest", String.valueOf(e.getMessage()));
    }
  }

  private Answer byMethod(Asked asked, ResourcePath resource) {
    if (resource.group().equals("authorization.k8s.io")) {
      return review(asked, resource);
    }
    var refused = roles.refusal(asked.caller().user(), attempt(asked, resource));
    if (refused.isPresent()) {
      return RefusalResponses.forbidden(resource, refused.get());
    }
    return switch (asked.method()) {
      case "GET" ->
          resource.isCollection() ? reads.list(asked, resource) : reads.get(asked, resource);
      case "POST" ->
          resource.part().equals("token") ? token(resource) : writes.create(asked, resource);
      case "PUT", "PATCH" -> writes.change(asked, resource);
      case "DELETE" -> writes.delete(asked, resource);
      default -> Answer.refusal(405, "MethodNotAllowed", asked.method());
    };
  }

  /** Each known user may ask for their own permissions. */
  private Answer review(Asked asked, ResourcePath resource) {
    var reviews = new AccessReviews(roles);
    var user = asked.caller().user();
    ObjectNode review = RequestOptions.object(asked);
    return switch (asked.method() + " " + resource.plural()) {
      case "POST selfsubjectaccessreviews" -> Answer.of(201, reviews.access(user, review));
      case "POST selfsubjectrulesreviews" -> Answer.of(201, reviews.rules(user, review));
      default -> Answer.refusal(405, "MethodNotAllowed", asked.method());
    };
  }

  private Answer token(ResourcePath account) {
    return store.object(account.path()).isPresent()
        ? Answer.of(201, clients.token(account))
        : RefusalResponses.notFound(account);
  }

  private static AccessAttempt attempt(Asked asked, ResourcePath resource) {
    boolean all = resource.isCollection();
    String verb =
        switch (asked.method()) {
          case "GET" -> all ? "list" : "get";
          case "POST" -> "create";
          case "PUT" -> "update";
          case "PATCH" -> "patch";
          case "DELETE" -> all ? "deletecollection" : "delete";
          default -> asked.method().toLowerCase(Locale.ROOT);
        };
    String part = resource.part();
    return new AccessAttempt(
        verb,
        resource.group(),
        part.isEmpty() ? resource.plural() : resource.plural() + "/" + part,
        resource.namespace(),
        resource.name());
  }
}
