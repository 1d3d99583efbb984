package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.ratelimit.listener.StatusAccess;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/status} and {@code GET /v1/usage} for the agent, {@code GET /healthz} and {@code
 * GET /readyz} for the supervisor of the service, which needs no credential.
 *
 * @param alive whether each event loop that decides takes turns
 * @param starting why it isn't ready yet
 * @param status as JSON
 * @param usage as JSON
 */
public record StatusRoutes(
    StatusAccess access,
    BooleanSupplier alive,
    Supplier<Optional<String>> starting,
    Supplier<Future<String>> status,
    Supplier<Future<String>> usage) {
  private static final Logger LOG = LoggerFactory.getLogger(StatusRoutes.class);

  /** Whether the path is one of these; it is answered then. */
  public boolean serve(HttpServerRequest request) {
    switch (request.path()) {
      case "/v1/status" -> guarded(request, status);
      case "/v1/usage" -> guarded(request, usage);
      case null, default -> {
        return serveHealth(request);
      }
    }
    return true;
  }

  /** Of these, health alone. */
  public boolean serveHealth(HttpServerRequest request) {
    switch (request.path()) {
      case "/healthz" -> healthy(request.response());
      case "/readyz" -> ready(request.response());
      case null, default -> {
        return false;
      }
    }
    return true;
  }

  /** The same on a listener where nothing else is. */
  void serveAlone(HttpServerRequest request) {
    if (!serve(request)) {
      request.response().setStatusCode(404).end();
    }
  }

  private void guarded(HttpServerRequest request, Supplier<Future<String>> asked) {
    if (!access.admits(Objects.requireNonNullElse(request.getHeader("Authorization"), ""))) {
      request
          .response()
          .setStatusCode(401)
          .putHeader("WWW-Authenticate", "Bearer")
          .end("send the token of --status-token-file: Authorization: Bearer TOKEN\n");
    } else if (lacksCertificate(request)) {
      request
          .response()
          .setStatusCode(403)
          .end(
              "present a certificate that is signed by the authority in "
                  + "--status-client-ca-file\n");
    } else {
      asked
          .get()
          .onSuccess(body -> json(request.response(), body))
          .onFailure(e -> fault(request, e));
    }
  }

  private boolean lacksCertificate(HttpServerRequest request) {
    if (!access.listener().map(StatusAccess.Listener::asksForCertificates).orElse(false)) {
      return false;
    }
    try {
      return request.connection().sslSession().getPeerCertificates().length == 0;
    } catch (SSLPeerUnverifiedException e) {
      return true;
    }
  }

  private void healthy(HttpServerResponse response) {
    if (alive.getAsBoolean()) {
      json(response, "{\"status\":\"ok\"}");
    } else {
      refused(response, "blocked", "an event loop takes no turn: restart the service");
    }
  }

  /** Alive is not ready: before it knows what is committed, it decides without any policy. */
  private void ready(HttpServerResponse response) {
    starting
        .get()
        .ifPresentOrElse(
            why -> refused(response, "starting", why),
            () -> json(response, "{\"status\":\"ready\"}"));
  }

  private static void refused(HttpServerResponse response, String status, String reason) {
    json(
        response.setStatusCode(503),
        CanonicalJson.text(Map.of("status", status, "reason", reason)));
  }

  private static void json(HttpServerResponse response, String body) {
    response.putHeader("Content-Type", "application/json").end(body);
  }

  private static void fault(HttpServerRequest request, Throwable e) {
    LOG.atError().addKeyValue("path", request.path()).setCause(e).log("a request failed");
    request.response().setStatusCode(500).end();
  }
}
