package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.executors.kubernetes.client.ApiServerTransport.Request;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.Map;
import java.util.Optional;

/**
 * The requests that we make of an API server, each as documented (Kubernetes API reference, "API
 * concepts"). What is refused or breaks off is a {@link KubernetesException}.
 */
public record KubernetesApi(ApiServerTransport exchange, SeenResourceVersions floors) {
  /** Whom the server names as the owner of what we write. */
  public static final String MANAGER = "deployclaw";

  public static final RbacRequest VERSION = new RbacRequest("get", "", "/version", "", "");

  private static final String REVIEWS_GROUP = "authorization.k8s.io";
  private static final String REVIEWS = "selfsubjectaccessreviews";
  private static final int NOT_FOUND = 404;
  private static final int UNSUPPORTED = 415;

  /** The same for one call, which ends then, by {@link System#nanoTime}. */
  KubernetesApi until(long end) {
    return new KubernetesApi(exchange.until(end), floors);
  }

  public String server() {
    return exchange.server().toString();
  }

  public VersionInfo version() throws KubernetesException, InterruptedException {
    return KubernetesJson.read(
        exchange.send(VERSION, Request.get(VERSION.resource())), VersionInfo.class);
  }

  /** Whether we may send a request, by the server's own authorizer. */
  public boolean allows(RbacRequest wanted) throws KubernetesException, InterruptedException {
    var ask = new RbacRequest("create", REVIEWS_GROUP, REVIEWS, "", "");
    String target = "/apis/" + REVIEWS_GROUP + "/v1/" + REVIEWS;
    var review = new SelfSubjectAccessReviewBuilder().withSpec(wanted.review()).build();
    var request = new Request("POST", target, ApiServerTransport.JSON, KubernetesJson.text(review));
    var status =
        KubernetesJson.read(exchange.send(ask, request), SelfSubjectAccessReview.class).getStatus();
    return status != null && Boolean.TRUE.equals(status.getAllowed());
  }

  public ListPager lists() {
    return new ListPager(exchange, floors);
  }

  /** Empty where there is none of that name. */
  public <T extends HasMetadata> Optional<T> get(
      ResourceKind<T> kind, String namespace, String name)
      throws KubernetesException, InterruptedException {
    var ask = kind.ask("get", namespace, name);
    try {
      return Optional.of(read(kind, exchange.send(ask, Request.get(kind.path(namespace, name)))));
    } catch (KubernetesException e) {
      if (e.status() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public <T extends HasMetadata> T create(ResourceKind<T> kind, T object)
      throws KubernetesException, InterruptedException {
    String namespace = object.getMetadata().getNamespace();
    String target = kind.path(namespace) + "?fieldManager=" + MANAGER;
    var ask = kind.ask("create", namespace, object.getMetadata().getName());
    var request = new Request("POST", target, ApiServerTransport.JSON, KubernetesJson.text(object));
    return read(kind, exchange.send(ask, request));
  }

  /** Whether the server keeps what it is sent, or only says what it would answer. */
  public enum Mode {
    STORED(""),
    DRY_RUN("&dryRun=All");

    private final String query;

    Mode(String query) {
      this.query = query;
    }
  }

  /**
   * Server-side apply of the fields that {@code wanted} names, under our own manager; takes them
   * from their owners, and removes what we applied before and don't name any more. With a {@code
   * resourceVersion} in it a changed object is a conflict. Empty where the server doesn't know
   * server-side apply.
   */
  public <T extends HasMetadata> Optional<T> apply(
      ResourceKind<T> kind, T current, Map<String, Object> wanted, Mode mode)
      throws KubernetesException, InterruptedException {
    return apply(kind, current, wanted, "&force=true" + mode.query);
  }

  /**
   * The same, but takes nothing from anybody: who says another value of a field is a conflict, who
   * says the same owns it together with us.
   */
  public <T extends HasMetadata> Optional<T> share(
      ResourceKind<T> kind, T current, Map<String, Object> wanted, Mode mode)
      throws KubernetesException, InterruptedException {
    return apply(kind, current, wanted, mode.query);
  }

  private <T extends HasMetadata> Optional<T> apply(
      ResourceKind<T> kind, T current, Map<String, Object> wanted, String query)
      throws KubernetesException, InterruptedException {
    String target = target(kind, current) + "?fieldManager=" + MANAGER + query;
    var request =
        new Request("PATCH", target, "application/apply-patch+yaml", KubernetesJson.text(wanted));
    try {
      return Optional.of(read(kind, exchange.send(ask("patch", kind, current), request)));
    } catch (KubernetesException e) {
      if (e.status() == UNSUPPORTED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** JSON patch (RFC 6902) of the object as it was read: one that changed since is a conflict. */
  public <T extends HasMetadata> T patch(ResourceKind<T> kind, T current, JsonPatchBuilder patch)
      throws KubernetesException, InterruptedException {
    return patch(kind, current, patch, Mode.STORED);
  }

  public <T extends HasMetadata> T patch(
      ResourceKind<T> kind, T current, JsonPatchBuilder patch, Mode mode)
      throws KubernetesException, InterruptedException {
    String target = target(kind, current) + "?fieldManager=" + MANAGER + mode.query;
    var locked = patch.lockedTo(current.getMetadata().getResourceVersion());
    var request =
        new Request(
            "PATCH",
            target,
            "application/json-patch+json",
            KubernetesJson.text(locked.operations()));
    return read(kind, exchange.send(ask("patch", kind, current), request));
  }

  /** Deletes this very object, as it was read; one that is gone is deleted. */
  public <T extends HasMetadata> void delete(ResourceKind<T> kind, T object)
      throws KubernetesException, InterruptedException {
    var metadata = object.getMetadata();
    var options =
        new DeleteOptionsBuilder()
            .withNewPreconditions(metadata.getResourceVersion(), metadata.getUid())
            .withPropagationPolicy("Background")
            .build();
    delete(kind, object, KubernetesJson.text(options));
  }

  /** Deletes an object whatever became of it since, without waiting for its processes. */
  public <T extends HasMetadata> void deleteNow(ResourceKind<T> kind, T object)
      throws KubernetesException, InterruptedException {
    var options =
        new DeleteOptionsBuilder()
            .withGracePeriodSeconds(0L)
            .withNewPreconditions(null, object.getMetadata().getUid())
            .build();
    delete(kind, object, KubernetesJson.text(options));
  }

  private <T extends HasMetadata> void delete(ResourceKind<T> kind, T object, String options)
      throws KubernetesException, InterruptedException {
    var request = new Request("DELETE", target(kind, object), ApiServerTransport.JSON, options);
    try {
      exchange.send(ask("delete", kind, object), request);
    } catch (KubernetesException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
    }
  }

  private <T extends HasMetadata> T read(ResourceKind<T> kind, String body) {
    T object = KubernetesJson.read(body, kind.type());
    floors.raise(kind, object.getMetadata().getResourceVersion());
    return object;
  }

  private static <T extends HasMetadata> String target(ResourceKind<T> kind, T object) {
    return kind.path(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private static <T extends HasMetadata> RbacRequest ask(
      String verb, ResourceKind<T> kind, T object) {
    return kind.ask(verb, object.getMetadata().getNamespace(), object.getMetadata().getName());
  }
}
