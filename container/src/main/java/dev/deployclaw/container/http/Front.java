package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Secrets;
import dev.deployclaw.container.serve.Meters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings calls to their routes: the guard first, then the body, then the reply on a virtual thread,
 * no more than so many at once.
 */
final class Front {
  private static final Logger LOG = LoggerFactory.getLogger(Front.class);
  private static final int MOST_AT_ONCE = 64;
  private static final String CALLER = "caller";
  private static final String ROUTE = "route";
  private static final String SINCE = "since";

  private final Guard guard;
  private final Meters meters;
  private final Executor threads;
  private final int bodyBytes;
  private final BodyHandler body;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  Front(Guard guard, Meters meters, Executor threads, int bodyBytes) {
    this.guard = guard;
    this.meters = meters;
    this.threads = threads;
    this.bodyBytes = bodyBytes;
    this.body = BodyHandler.create(false).setBodyLimit(bodyBytes);
  }

  void mount(Router router, List<Route> routes) {
    router.route().handler(this::begin);
    for (var route : routes) {
      router
          .route(HttpMethod.valueOf(route.method()), route.pattern())
          .handler(exchange -> admit(exchange, route))
          .handler(exchange -> serve(exchange, route));
    }
    router.errorHandler(
        404, e -> send(e, Reply.of(Problems.noRoute(Ids.shown(e.normalizedPath())))));
    router.errorHandler(
        405, e -> send(e, Reply.of(Problems.wrongMethod(e.request().method().name()))));
    router.errorHandler(413, e -> send(e, Reply.of(Problems.tooLarge(bodyBytes))));
    router.errorHandler(400, e -> send(e, Reply.of(malformed())));
    router.errorHandler(500, this::failed);
  }

  /** Ends an exchange. */
  static void send(RoutingContext exchange, Reply reply) {
    var response = exchange.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(reply.status()).putHeader("Cache-Control", "no-store");
    reply.headers().forEach(response::putHeader);
    if (reply.mediaType().isEmpty()) {
      var _ = response.end();
    } else {
      response
          .putHeader("Content-Type", reply.mediaType())
          .putHeader("X-Content-Type-Options", "nosniff");
      var _ = response.end(Secrets.hidden(reply.body()));
    }
  }

  private void begin(RoutingContext exchange) {
    exchange.put(SINCE, System.nanoTime());
    exchange.addEndHandler(_ -> count(exchange));
    exchange.next();
  }

  private void admit(RoutingContext exchange, Route route) {
    exchange.put(ROUTE, route.path());
    switch (guard.judge(exchange.request(), route)) {
      case Guard.Verdict.Refused(Problem problem) -> send(exchange, Reply.of(problem));
      case Guard.Verdict.Passed(Caller caller) -> {
        exchange.put(CALLER, caller);
        body.handle(exchange); // goes on to the route once the body is there
      }
    }
  }

  private void serve(RoutingContext exchange, Route route) {
    switch (route.way()) {
      case Route.Way.Streamed(var streamer) -> streamer.stream(exchange);
      case Route.Way.Whole(var responder) -> whole(exchange, responder);
    }
  }

  private void whole(RoutingContext exchange, Route.Responder responder) {
    if (!places.tryAcquire()) {
      send(exchange, Reply.of(Problems.busy(MOST_AT_ONCE + " calls are being answered")));
      return;
    }
    var context = exchange.vertx().getOrCreateContext();
    var call = received(exchange);
    Runnable answering =
        () -> {
          Reply reply;
          try {
            reply = reply(responder, call);
          } finally {
            places.release();
          }
          context.runOnContext(_ -> send(exchange, reply));
        };
    try {
      threads.execute(answering);
    } catch (RejectedExecutionException e) {
      send(exchange, Reply.of(Problems.stopping()));
    }
  }

  /** What can be expected to fail becomes a problem that says so; a bug one that doesn't. */
  private static Reply reply(Route.Responder responder, Received call) {
    try {
      return responder.reply(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.of(Problems.stopping());
    } catch (RuntimeException e) {
      return Reply.of(problem(e, "a call failed"));
    }
  }

  /**
   * What a failure is to a caller.
   *
   * @param words for the application log, where it is a bug
   */
  static Problem problem(RuntimeException failure, String words) {
    var expected = Problems.expected(failure);
    if (expected.isEmpty()) {
      LOG.atError().setCause(failure).log(words);
    }
    return expected.orElseGet(Problems::fault);
  }

  private static Received received(RoutingContext exchange) {
    var request = exchange.request();
    var body = exchange.body().buffer();
    return new Received(
        exchange.get(CALLER, Caller.NOBODY),
        name -> Objects.requireNonNullElse(exchange.pathParam(name), ""),
        name -> exchange.queryParam(name).stream().findFirst(),
        name -> Optional.ofNullable(request.getHeader(name)),
        body == null ? new byte[0] : body.getBytes());
  }

  private void failed(RoutingContext exchange) {
    LOG.atError().setCause(exchange.failure()).log("a call failed");
    send(exchange, Reply.of(Problems.fault()));
  }

  private static Problem malformed() {
    return Problems.invalid("", "the call can't be read", "see /v1/openapi.yaml");
  }

  private void count(RoutingContext exchange) {
    long since = exchange.get(SINCE, System.nanoTime());
    String route = exchange.get(ROUTE, "none");
    var took = Duration.ofNanos(System.nanoTime() - since);
    int status = exchange.response().getStatusCode();
    String method = exchange.request().method().name();
    meters.answered(method, route, status, took);
    if (!method.equals("GET")) {
      LOG.atInfo()
          .addKeyValue("method", method)
          .addKeyValue("route", route)
          .addKeyValue("status", status)
          .addKeyValue("caller", exchange.get(CALLER, Caller.NOBODY).name())
          .log("A call was answered");
    }
  }
}
