package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * One operation of the API.
 *
 * @param path as OpenAPI writes it, for example {@code /v1/executions/{id}}
 * @param needs the role that a caller must have; empty where anybody may call
 */
record Route(String method, String path, Optional<Role> needs, Lane lane, Way way) {

  /** From which budget and which places it takes, so that none fills another's. */
  enum Lane {
    /** Never refused, and made to cost nothing. */
    PROBE,
    CALL,
    /** What stops or takes back a change in an incident. */
    URGENT
  }

  /** How it is answered. */
  sealed interface Way {
    /** By one reply, made on a virtual thread. */
    record Whole(Responder responder) implements Way {}

    /** Bit by bit, on the event loop. */
    record Streamed(Streamer streamer) implements Way {}
  }

  /** Makes the reply. May block. */
  @FunctionalInterface
  interface Responder {
    Reply reply(Received call) throws InterruptedException;
  }

  /** Takes the exchange over. Must not block. */
  @FunctionalInterface
  interface Streamer {
    void stream(RoutingContext exchange);
  }

  static Route open(String path, Responder responder) {
    return new Route("GET", path, Optional.empty(), Lane.CALL, new Way.Whole(responder));
  }

  static Route probe(String path, Streamer streamer) {
    return new Route("GET", path, Optional.empty(), Lane.PROBE, new Way.Streamed(streamer));
  }

  static Route get(String path, Responder responder) {
    return get(path, Role.VIEWER, responder);
  }

  static Route get(String path, Role needs, Responder responder) {
    return new Route("GET", path, Optional.of(needs), Lane.CALL, new Way.Whole(responder));
  }

  static Route post(String path, Role needs, Responder responder) {
    return new Route("POST", path, Optional.of(needs), Lane.CALL, new Way.Whole(responder));
  }

  static Route urgent(String path, Role needs, Responder responder) {
    return new Route("POST", path, Optional.of(needs), Lane.URGENT, new Way.Whole(responder));
  }

  /** What may be called there: what reads a document reads its head, too. */
  List<HttpMethod> methods() {
    return method.equals("GET")
        ? List.of(HttpMethod.GET, HttpMethod.HEAD)
        : List.of(HttpMethod.valueOf(method));
  }

  /** As the router writes it: {@code /v1/executions/:id}. */
  String pattern() {
    return path.replaceAll("\\{(\\w+)}", ":$1");
  }
}
