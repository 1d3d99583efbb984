package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.executors.kubernetes.Exchange.Request;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.Map;
import java.util.Optional;

/**
 * The requests that we make of an API server, each as documented (Kubernetes API reference, "API
 * concepts"). What is refused or breaks off is a {@link KubernetesFault}.
 */
final class Api {
  /** Whom the server names as the owner of what we write. */
  static final String MANAGER = "deployclaw";

  static final Ask VERSION = new Ask("get", "", "/version", "", "");

  private static final String REVIEWS_GROUP = "authorization.k8s.io";
  private static final String REVIEWS = "selfsubjectaccessreviews";
  private static final int NOT_FOUND = 404;
  private static final int UNSUPPORTED = 415;

  private final Exchange exchange;
  private final Floors floors;

  Api(Exchange exchange) {
    this(exchange, new Floors());
  }

  private Api(Exchange exchange, Floors floors) {
    this.exchange = exchange;
    this.floors = floors;
  }

  /** The same for one call, which ends then, by {@link System#nanoTime}. */
  Api until(long end) {
    return new Api(exchange.until(end), floors);
  }

  String server() {
    return exchange.server().toString();
  }

  VersionInfo version() throws KubernetesFault, InterruptedException {
    return Json.read(exchange.send(VERSION, Request.get(VERSION.resource())), VersionInfo.class);
  }

  /** Whether we may send a request, by the server's own authorizer. */
  boolean allows(Ask wanted) throws KubernetesFault, InterruptedException {
    var ask = new Ask("create", REVIEWS_GROUP, REVIEWS, "", "");
    String target = "/apis/" + REVIEWS_GROUP + "/v1/" + REVIEWS;
    var review = new SelfSubjectAccessReviewBuilder().withSpec(wanted.review()).build();
    var request = new Request("POST", target, Exchange.JSON, Json.text(review));
    var status = Json.read(exchange.send(ask, request), SelfSubjectAccessReview.class).getStatus();
    return status != null && Boolean.TRUE.equals(status.getAllowed());
  }

  Lists lists() {
    return new Lists(exchange, floors);
  }

  /** Empty where there is none of that name. */
  <T extends HasMetadata> Optional<T> get(Kind<T> kind, String namespace, String name)
      throws KubernetesFault, InterruptedException {
    var ask = kind.ask("get", namespace, name);
    try {
      return Optional.of(read(kind, exchange.send(ask, Request.get(kind.path(namespace, name)))));
    } catch (KubernetesFault e) {
      if (e.status() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  <T extends HasMetadata> T create(Kind<T> kind, T object)
      throws KubernetesFault, InterruptedException {
    String namespace = object.getMetadata().getNamespace();
    String target = kind.path(namespace) + "?fieldManager=" + MANAGER;
    var ask = kind.ask("create", namespace, object.getMetadata().getName());
    var request = new Request("POST", target, Exchange.JSON, Json.text(object));
    return read(kind, exchange.send(ask, request));
  }

  /** Whether the server keeps what it is sent, or only says what it would answer. */
  enum Mode {
    STORED(""),
    DRY_RUN("&dryRun=All");

    private final String query;

    Mode(String query) {
      this.query = query;
    }
  }

  /**
   * Server-side apply of the fields that {@code wanted} names, under our own manager; takes them
   * from whoever owns them, and removes what we applied before and don't name any more. With a
   * {@code resourceVersion} in it a changed object is a conflict. Empty where the server doesn't
   * know server-side apply.
   */
  <T extends HasMetadata> Optional<T> apply(
      Kind<T> kind, T current, Map<String, Object> wanted, Mode mode)
      throws KubernetesFault, InterruptedException {
    return apply(kind, current, wanted, "&force=true" + mode.query);
  }

  /**
   * The same, but takes nothing from anybody: who says another value of a field is a conflict, who
   * says the same owns it together with us.
   */
  <T extends HasMetadata> Optional<T> share(
      Kind<T> kind, T current, Map<String, Object> wanted, Mode mode)
      throws KubernetesFault, InterruptedException {
    return apply(kind, current, wanted, mode.query);
  }

  private <T extends HasMetadata> Optional<T> apply(
      Kind<T> kind, T current, Map<String, Object> wanted, String query)
      throws KubernetesFault, InterruptedException {
    String target = target(kind, current) + "?fieldManager=" + MANAGER + query;
    var request = new Request("PATCH", target, "application/apply-patch+yaml", Json.text(wanted));
    try {
      return Optional.of(read(kind, exchange.send(ask("patch", kind, current), request)));
    } catch (KubernetesFault e) {
      if (e.status() == UNSUPPORTED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** JSON patch (RFC 6902) of the object as it was read: one that changed since is a conflict. */
  <T extends HasMetadata> T patch(Kind<T> kind, T current, JsonPatch patch)
      throws KubernetesFault, InterruptedException {
    return patch(kind, current, patch, Mode.STORED);
  }

  <T extends HasMetadata> T patch(Kind<T> kind, T current, JsonPatch patch, Mode mode)
      throws KubernetesFault, InterruptedException {
    String target = target(kind, current) + "?fieldManager=" + MANAGER + mode.query;
    var locked = patch.lockedTo(current.getMetadata().getResourceVersion());
    var request =
        new Request("PATCH", target, "application/json-patch+json", Json.text(locked.operations()));
    return read(kind, exchange.send(ask("patch", kind, current), request));
  }

  /** Deletes this very object, as it was read; one that is gone is deleted. */
  <T extends HasMetadata> void delete(Kind<T> kind, T object)
      throws KubernetesFault, InterruptedException {
    var metadata = object.getMetadata();
    var options =
        new DeleteOptionsBuilder()
            .withNewPreconditions(metadata.getResourceVersion(), metadata.getUid())
            .withPropagationPolicy("Background")
            .build();
    delete(kind, object, Json.text(options));
  }

  /** Deletes an object whatever became of it since, without waiting for its processes. */
  <T extends HasMetadata> void deleteNow(Kind<T> kind, T object)
      throws KubernetesFault, InterruptedException {
    var options =
        new DeleteOptionsBuilder()
            .withGracePeriodSeconds(0L)
            .withNewPreconditions(null, object.getMetadata().getUid())
            .build();
    delete(kind, object, Json.text(options));
  }

  private <T extends HasMetadata> void delete(Kind<T> kind, T object, String options)
      throws KubernetesFault, InterruptedException {
    var request = new Request("DELETE", target(kind, object), Exchange.JSON, options);
    try {
      exchange.send(ask("delete", kind, object), request);
    } catch (KubernetesFault e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
    }
  }

  private <T extends HasMetadata> T read(Kind<T> kind, String body) {
    T object = Json.read(body, kind.type());
    floors.raise(kind, object.getMetadata().getResourceVersion());
    return object;
  }

  private static <T extends HasMetadata> String target(Kind<T> kind, T object) {
    return kind.path(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private static <T extends HasMetadata> Ask ask(String verb, Kind<T> kind, T object) {
    return kind.ask(verb, object.getMetadata().getNamespace(), object.getMetadata().getName());
  }
}
