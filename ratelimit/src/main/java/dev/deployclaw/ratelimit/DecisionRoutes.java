package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.settings.HeaderStyle;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/decide} and {@code POST /v1/release} for gateways. Answers 204, 401 or 403 to a
 * decision, which is what {@code auth_request} understands.
 */
public record DecisionRoutes(RateLimitDecider decider, HeaderStyle style) {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionRoutes.class);

  private static final CharSequence GATEWAY = HttpHeaders.createOptimized(DecideHeaders.GATEWAY);
  private static final CharSequence HOST = HttpHeaders.createOptimized(DecideHeaders.HOST);
  private static final CharSequence METHOD = HttpHeaders.createOptimized(DecideHeaders.METHOD);
  private static final CharSequence URI = HttpHeaders.createOptimized(DecideHeaders.URI);
  private static final CharSequence CLIENT = HttpHeaders.createOptimized(DecideHeaders.CLIENT);
  private static final CharSequence TOKEN = HttpHeaders.createOptimized(DecideHeaders.TOKEN);

  /** An answer's headers as they are written without being encoded each time. */
  private static final Map<String, CharSequence> NAMES =
      Stream.of(
              DecideHeaders.EPOCH,
              DecideHeaders.RULE,
              DecideHeaders.TENANT,
              DecideHeaders.RATE_LIMIT,
              DecideHeaders.RATE_LIMIT_POLICY,
              DecideHeaders.OLD_LIMIT,
              DecideHeaders.OLD_REMAINING,
              DecideHeaders.OLD_RESET,
              DecideHeaders.RETRY_AFTER)
          .collect(Collectors.toUnmodifiableMap(name -> name, HttpHeaders::createOptimized));

  public void serve(HttpServerRequest request) {
    if (hasBody(request)) {
      request.response().putHeader("Connection", "close").setStatusCode(413).end();
      request.connection().close();
      return;
    }
    switch (request.path()) {
      case "/v1/decide" ->
          decider
              .decide(question(request))
              .onComplete((answer, failure) -> {
                if (failure == null) {
                  send(request.response(), answer);
                } else {
                  fault(request, failure);
                }
              });
      case "/v1/release" -> release(request, decider);
      case null, default -> request.response().setStatusCode(404).end();
    }
  }

  /** Where gateways have a place of their own, host and port are for others. */
  public static void refuse(HttpServerRequest request) {
    request.response().setStatusCode(403).end("gateways must use the socket of --socket\n");
  }

  /** No question has one: what is sent would be read, and never end. */
  private static boolean hasBody(HttpServerRequest request) {
    var headers = request.headers();
    return headers.contains(HttpHeaders.TRANSFER_ENCODING)
        || !Objects.requireNonNullElse(headers.get(HttpHeaders.CONTENT_LENGTH), "0").equals("0");
  }

  /** Anybody may try: a lease has a name that only its holder knows. */
  private static void release(HttpServerRequest request, RateLimitDecider decider) {
    if (!request.method().equals(HttpMethod.POST)) {
      request.response().putHeader("Allow", "POST").setStatusCode(405).end();
      return;
    }
    var held = ReleaseCall.read(header(request.headers(), DecideHeaders.LEASE));
    if (held.isEmpty()) {
      request
          .response()
          .setStatusCode(400)
          .end("send the " + DecideHeaders.LEASE + " that the decision answered\n");
      return;
    }
    decider
        .release(held.get())
        .onSuccess(_ -> request.response().setStatusCode(204).end())
        .onFailure(e ->
            request.response().setStatusCode(503).end("not released: its lease will expire\n"));
  }

  private static DecisionRequest question(HttpServerRequest request) {
    var headers = request.headers();
    return new DecisionRequest(
        header(headers, GATEWAY),
        header(headers, HOST),
        header(headers, METHOD),
        header(headers, URI),
        header(headers, CLIENT),
        header(headers, TOKEN),
        1,
        name -> header(headers, name));
  }

  private static String header(MultiMap headers, CharSequence name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  private void send(HttpServerResponse response, DecisionResponse answer) {
    var headers = response.headers();
    answer
        .headers()
        .forEach((name, value) -> {
          if (style.shows(name)) {
            headers.add(NAMES.getOrDefault(name, name), value);
          }
        });
    response.setStatusCode(status(answer)).end();
  }

  /** {@code auth_request} passes a 401 on with its challenge; what 403 becomes is rendered. */
  private static int status(DecisionResponse answer) {
    if (answer.allowed()) {
      return 204;
    }
    return answer.by() == DecisionResponse.By.TOKEN ? 401 : 403;
  }

  private static void fault(HttpServerRequest request, Throwable e) {
    LOG.atError().addKeyValue("path", request.path()).setCause(e).log("a request failed");
    request.response().setStatusCode(500).end();
  }
}
