package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * One operation of the API.
 *
 * @param path as OpenAPI writes it, for example {@code /v1/executions/{id}}
 * @param needs the role that a caller must have; empty where anybody may call
 */
record Route(String method, String path, Optional<Role> needs, Way way) {

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
    return new Route("GET", path, Optional.empty(), new Way.Whole(responder));
  }

  static Route get(String path, Responder responder) {
    return new Route("GET", path, Optional.of(Role.VIEWER), new Way.Whole(responder));
  }

  static Route post(String path, Role needs, Responder responder) {
    return new Route("POST", path, Optional.of(needs), new Way.Whole(responder));
  }

  /** As the router writes it: {@code /v1/executions/:id}. */
  String pattern() {
    return path.replaceAll("\\{(\\w+)}", ":$1");
  }
}
