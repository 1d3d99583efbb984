package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Secrets;
import dev.deployclaw.container.http.limit.CallSlots;
import dev.deployclaw.container.http.limit.ConnectionLimits;
import dev.deployclaw.container.serve.Meters;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings calls to their routes: the guard first, then the body, then the reply on a virtual thread,
 * no more than so many at once. What reaches no route is counted against who sent it.
 */
final class Front {
  private static final Logger LOG = LoggerFactory.getLogger(Front.class);
  private static final int MOST_AT_ONCE = 64;
  private static final int MOST_OF_ONE_CALLER = 16;
  private static final int MOST_URGENT = 16;
  private static final int MOST_URGENT_OF_ONE = 4;
  private static final long SLOWEST_BODY_MILLIS = 5000;
  private static final String CALLER = "caller";
  private static final String ROUTE = "route";
  private static final String SINCE = "since";
  private static final String NO_ROUTE = "none";

  /** Of a host and its port (RFC 3986), without what can't be in one. */
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=%:\\[\\]-]{1,255}");

  private final Guard guard;
  private final ConnectionLimits connections;
  private final Meters meters;
  private final Executor threads;
  private final Map<Route.Lane, CallSlots> slots =
      Map.of(
          Route.Lane.CALL, new CallSlots(MOST_AT_ONCE, MOST_OF_ONE_CALLER),
          Route.Lane.URGENT, new CallSlots(MOST_URGENT, MOST_URGENT_OF_ONE),
          Route.Lane.PROBE, new CallSlots(MOST_AT_ONCE, MOST_AT_ONCE));

  Front(Guard guard, ConnectionLimits connections, Meters meters, Executor threads) {
    this.guard = guard;
    this.connections = connections;
    this.meters = meters;
    this.threads = threads;
  }

  void mount(Router router, List<Route> routes, int bodyBytes) {
    var body = BodyHandler.create(false).setBodyLimit(bodyBytes);
    router.route().handler(this::begin);
    var methods = new LinkedHashMap<String, List<HttpMethod>>();
    for (var route : routes) {
      for (var method : route.methods()) {
        Handler<RoutingContext> next = method.equals(HttpMethod.POST) ? body : RoutingContext::next;
        router
            .route(method, route.pattern())
            .handler(exchange -> admit(exchange, route, next))
            .handler(exchange -> serve(exchange, route));
      }
      methods.merge(route.pattern(), route.methods(), Front::both);
    }
    methods.forEach((pattern, known) -> router.route(pattern).handler(e -> wrongMethod(e, known)));
    router.route().handler(e -> unrouted(e, nowhere(e)));
    router.errorHandler(404, e -> unrouted(e, nowhere(e))); // what isn't a path meets no handler
    router.errorHandler(413, e -> send(e, Reply.of(Problems.tooLarge(bodyBytes))));
    router.errorHandler(417, e -> unrouted(e, Problems.unexpected()));
    router.errorHandler(400, e -> unrouted(e, malformed()));
    router.errorHandler(500, this::failed);
  }

  /** Answers what the parser doesn't take, and ends its connection. */
  void unreadable(HttpServerRequest request) {
    var cause = request.decoderResult().cause();
    var problem =
        switch (cause) {
          case TooLongHttpLineException _ ->
              Problems.unreadable(414, "too-long", "the request line is too long");
          case TooLongHttpHeaderException _ ->
              Problems.unreadable(431, "headers-too-large", "the headers are too large");
          case null, default -> Problems.unreadable(400, "invalid", "it isn't HTTP/1.1");
        };
    var told = guard.chargeStranger(request).orElse(problem);
    meters.answered("OTHER", NO_ROUTE, told.status(), Duration.ZERO);
    var _ = send(request.response(), Reply.of(told)).onComplete(_ -> request.connection().close());
  }

  /** Ends an exchange. */
  static void send(RoutingContext exchange, Reply reply) {
    var sent = send(exchange.response(), reply);
    if ("close".equals(reply.headers().get("Connection"))) {
      var _ = sent.onComplete(_ -> exchange.request().connection().close());
    }
  }

  private static Future<Void> send(HttpServerResponse response, Reply reply) {
    if (response.ended() || response.closed()) {
      return Future.succeededFuture();
    }
    response
        .setStatusCode(reply.status())
        .putHeader("Cache-Control", "no-store")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    reply.headers().forEach(response::putHeader);
    if (reply.mediaType().isEmpty()) {
      return response.end();
    }
    var body = Buffer.buffer(Secrets.hidden(reply.body()));
    response
        .putHeader("Content-Type", reply.mediaType())
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Length", Integer.toString(body.length()));
    return response.end(body); // Vert.x leaves it out where the head was asked for
  }

  static Caller caller(RoutingContext exchange) {
    return exchange.get(CALLER, Caller.NOBODY);
  }

  private void begin(RoutingContext exchange) {
    var request = exchange.request();
    var from = request.connection().remoteAddress();
    exchange.put(SINCE, System.nanoTime());
    connections.begin(from);
    hurry(exchange);
    exchange.addEndHandler(_ -> {
      connections.end(from, !caller(exchange).equals(Caller.NOBODY));
      count(exchange);
    });
    if (hasOneHost(request)) {
      exchange.next();
    } else {
      unrouted(
          exchange,
          Problems.invalid("header Host", "a call names one host", "send one header Host"));
    }
  }

  /** As RFC 9112, 3.2 wants it: two of them are two meanings of one call. */
  private static boolean hasOneHost(HttpServerRequest request) {
    var hosts = request.headers().getAll("Host");
    return hosts.isEmpty()
        ? request.version() == HttpVersion.HTTP_1_0
        : hosts.size() == 1 && HOST.matcher(hosts.getFirst()).matches();
  }

  private void wrongMethod(RoutingContext exchange, List<HttpMethod> known) {
    String allowed = known.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    unrouted(
        exchange, Problems.wrongMethod(Ids.shown(exchange.request().method().name()), allowed));
  }

  private void unrouted(RoutingContext exchange, Problem problem) {
    send(exchange, Reply.of(guard.charge(exchange.request()).orElse(problem)));
  }

  /**
   * @param next reads the body, and goes on to the route once it is there
   */
  private void admit(RoutingContext exchange, Route route, Handler<RoutingContext> next) {
    exchange.put(ROUTE, route.path());
    switch (guard.judge(exchange.request(), route)) {
      case Guard.Verdict.Refused(Problem problem) -> send(exchange, Reply.of(problem));
      case Guard.Verdict.Passed(Caller caller) -> {
        exchange.put(CALLER, caller);
        next.handle(exchange);
      }
    }
  }

  /** A body that comes byte by byte would hold a connection for as long as its sender likes. */
  private static void hurry(RoutingContext exchange) {
    var request = exchange.request();
    if (request.isEnded() || !hasBody(request)) {
      return;
    }
    Handler<Long> tooSlow =
        _ -> {
          if (request.isEnded()) {
            return;
          }
          if (exchange.response().ended()) {
            var _ = request.connection().close(); // it was refused, and is sent all the same
          } else {
            send(exchange, Reply.of(Problems.tooSlow()));
          }
        };
    long timer = exchange.vertx().setTimer(SLOWEST_BODY_MILLIS, tooSlow);
    // it holds the exchange: a flood of short bodies would fill the memory for as long
    var _ = request.end().onComplete(_ -> exchange.vertx().cancelTimer(timer));
  }

  private static boolean hasBody(HttpServerRequest request) {
    return request.headers().contains("Transfer-Encoding")
        || !"0".equals(Objects.requireNonNullElse(request.getHeader("Content-Length"), "0"));
  }

  private void serve(RoutingContext exchange, Route route) {
    var from = exchange.request().connection().remoteAddress();
    if (connections.channel(from).filter(BrokenMessages::on).isPresent()) {
      send(exchange, Reply.of(Problems.unreadable(400, "invalid", "the body can't be read")));
      return;
    }
    switch (route.way()) {
      case Route.Way.Streamed(var streamer) -> streamer.stream(exchange);
      case Route.Way.Whole(var responder) -> whole(exchange, route.lane(), responder);
    }
  }

  private void whole(RoutingContext exchange, Route.Lane lane, Route.Responder responder) {
    var places = Objects.requireNonNull(slots.get(lane));
    String name = caller(exchange).name();
    if (!places.take(name)) {
      send(exchange, Reply.of(Problems.busy(places.taken() + " calls are being answered")));
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
            places.give(name);
          }
          context.runOnContext(_ -> send(exchange, reply));
        };
    try {
      threads.execute(answering);
    } catch (RejectedExecutionException e) {
      places.give(name);
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
    } catch (HttpException e) { // a query that can't be decoded
      return Reply.of(malformed());
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
        caller(exchange),
        name -> Objects.requireNonNullElse(exchange.pathParam(name), ""),
        name -> exchange.queryParam(name).stream().findFirst(),
        name -> Optional.ofNullable(request.getHeader(name)),
        body == null ? new byte[0] : body.getBytes());
  }

  private void failed(RoutingContext exchange) {
    LOG.atError().setCause(exchange.failure()).log("a call failed");
    send(exchange, Reply.of(Problems.fault()));
  }

  private static Problem nowhere(RoutingContext exchange) {
    return Problems.noRoute(Ids.shown(exchange.request().uri()));
  }

  private static Problem malformed() {
    return Problems.invalid("", "the call can't be read", "see /v1/openapi.yaml");
  }

  private void count(RoutingContext exchange) {
    long since = exchange.get(SINCE, System.nanoTime());
    String route = exchange.get(ROUTE, NO_ROUTE);
    var took = Duration.ofNanos(System.nanoTime() - since);
    int status = exchange.response().getStatusCode();
    boolean routed = !route.equals(NO_ROUTE);
    String method =
        routed ? exchange.request().method().name() : "OTHER"; // a stranger may send any
    meters.answered(method, route, status, took);
    if (routed && method.equals("POST")) {
      LOG.atInfo()
          .addKeyValue("method", method)
          .addKeyValue("route", route)
          .addKeyValue("status", status)
          .addKeyValue("caller", caller(exchange).name())
          .log("A call was answered");
    }
  }

  private static List<HttpMethod> both(List<HttpMethod> some, List<HttpMethod> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }
}
