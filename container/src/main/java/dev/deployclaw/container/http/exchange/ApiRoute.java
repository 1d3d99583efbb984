package dev.deployclaw.container.http.exchange;

import dev.deployclaw.container.config.ApiRole;
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
public record ApiRoute(
    String method, String path, Optional<ApiRole> needs, Lane lane, ResponseMode way) {

  /** From which budget and which places it takes, so that none fills another's. */
  public enum Lane {
    /** Never refused, and made to cost nothing. */
    PROBE,
    CALL,
    /** What stops or takes back a change in an incident. */
    URGENT,
    /** Showing a credential: always counted as a stranger's call. */
    SIGN_IN,
    /**
     * Calls whose signature alone says who sent them, once their body is there. They draw on no
     * network's budget, which others behind the same proxy could use up.
     */
    SIGNED,
    /** The console's files: a page is a dozen of them, and needs no credential. */
    PAGE
  }

  /** How it is answered. */
  public sealed interface ResponseMode {}

  /** By one reply, made on a virtual thread: may block. */
  @FunctionalInterface
  public non-sealed interface Responder extends ResponseMode {
    ApiResponse reply(ApiRequest call) throws InterruptedException;
  }

  /** Bit by bit: takes the exchange over on the event loop, and must not block. */
  @FunctionalInterface
  public non-sealed interface Streamer extends ResponseMode {
    void stream(RoutingContext exchange);
  }

  public static ApiRoute open(String path, Responder responder) {
    return new ApiRoute("GET", path, Optional.empty(), Lane.CALL, responder);
  }

  /** One that answers bit by bit. */
  public static ApiRoute streamed(
      String method, String path, Optional<ApiRole> needs, Streamer streamer) {
    return new ApiRoute(method, path, needs, Lane.CALL, streamer);
  }

  public static ApiRoute probe(String path, Streamer streamer) {
    return new ApiRoute("GET", path, Optional.empty(), Lane.PROBE, streamer);
  }

  /** A file of the console. */
  public static ApiRoute page(String path, Responder responder) {
    return new ApiRoute("GET", path, Optional.empty(), Lane.PAGE, responder);
  }

  /** Where a caller becomes known. */
  public static ApiRoute signIn(String method, String path, Streamer streamer) {
    return new ApiRoute(method, path, Optional.empty(), Lane.SIGN_IN, streamer);
  }

  /** A call that proves itself by its signature. */
  public static ApiRoute signed(String path, Responder responder) {
    return new ApiRoute("POST", path, Optional.empty(), Lane.SIGNED, responder);
  }

  public static ApiRoute get(String path, Responder responder) {
    return get(path, ApiRole.VIEWER, responder);
  }

  public static ApiRoute get(String path, ApiRole needs, Responder responder) {
    return new ApiRoute("GET", path, Optional.of(needs), Lane.CALL, responder);
  }

  public static ApiRoute post(String path, ApiRole needs, Responder responder) {
    return new ApiRoute("POST", path, Optional.of(needs), Lane.CALL, responder);
  }

  public static ApiRoute urgent(String path, ApiRole needs, Responder responder) {
    return new ApiRoute("POST", path, Optional.of(needs), Lane.URGENT, responder);
  }

  /** What may be called there: what reads a document reads its head, too. */
  public List<HttpMethod> methods() {
    return method.equals("GET")
        ? List.of(HttpMethod.GET, HttpMethod.HEAD)
        : List.of(HttpMethod.valueOf(method));
  }

  /** As the router writes it: {@code /v1/executions/:id}. */
  public String pattern() {
    return path.replaceAll("\\{(\\w+)}", ":$1");
  }
}
