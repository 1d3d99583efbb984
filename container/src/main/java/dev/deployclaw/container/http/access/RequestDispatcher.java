package dev.deployclaw.container.http.access;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.limit.ConcurrencyLimiter;
import dev.deployclaw.container.listener.ConnectionLimits;
import dev.deployclaw.container.metrics.ServerMetrics;
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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings calls to their routes: the guard first, then the body, then the reply on a virtual thread,
 * no more than so many at once. What reaches no route is counted against who sent it.
 */
public final class RequestDispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);
  private static final int MOST_AT_ONCE = 64;
  private static final int MOST_OF_ONE_CALLER = 16;
  private static final int MOST_URGENT = 16;
  private static final int MOST_URGENT_OF_ONE = 4;

  /** Else strangers would fill the places of calls that are signed; connections bound them. */
  private static final int MOST_SIGNED = 4096;

  private static final long SLOWEST_BODY_MILLIS = 5000;
  private static final String CALLER = "caller";
  private static final String ROUTE = "route";
  private static final String SINCE = "since";
  private static final String NO_ROUTE = "none";

  /** Of a host and its port (RFC 3986), without what can't be in one. */
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=%:\\[\\]-]{1,255}");

  private final RequestAuthorizer guard;
  private final ConnectionLimits connections;
  private final ServerMetrics meters;
  private final Executor threads;
  private final Map<ApiRoute.Lane, ConcurrencyLimiter> slots =
      Map.of(
          ApiRoute.Lane.CALL, new ConcurrencyLimiter(MOST_AT_ONCE, MOST_OF_ONE_CALLER),
          ApiRoute.Lane.URGENT, new ConcurrencyLimiter(MOST_URGENT, MOST_URGENT_OF_ONE),
          ApiRoute.Lane.PROBE, new ConcurrencyLimiter(MOST_AT_ONCE, MOST_AT_ONCE),
          ApiRoute.Lane.SIGN_IN, new ConcurrencyLimiter(MOST_AT_ONCE, MOST_AT_ONCE),
          ApiRoute.Lane.SIGNED, new ConcurrencyLimiter(MOST_SIGNED, MOST_SIGNED),
          ApiRoute.Lane.PAGE, new ConcurrencyLimiter(MOST_AT_ONCE, MOST_AT_ONCE));

  public RequestDispatcher(
      RequestAuthorizer guard,
      ConnectionLimits connections,
      ServerMetrics meters,
      Executor threads) {
    this.guard = guard;
    this.connections = connections;
    this.meters = meters;
    this.threads = threads;
  }

  public void mount(Router router, List<ApiRoute> routes, int bodyBytes) {
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
      methods.merge(route.pattern(), route.methods(), RequestDispatcher::both);
    }
    methods.forEach((pattern, known) -> router.route(pattern).handler(e -> wrongMethod(e, known)));
    router.route().handler(e -> unrouted(e, nowhere(e)));
    router.errorHandler(404, e -> unrouted(e, nowhere(e))); // what isn't a path meets no handler
    router.errorHandler(413, e -> send(e, ProblemCatalogue.tooLarge(bodyBytes)));
    router.errorHandler(417, e -> unrouted(e, ProblemCatalogue.unexpected()));
    router.errorHandler(400, e -> unrouted(e, malformed()));
    router.errorHandler(500, this::failed);
  }

  /** Answers what the parser doesn't take, and ends its connection. */
  public void unreadable(HttpServerRequest request) {
    var cause = request.decoderResult().cause();
    var problem =
        switch (cause) {
          case TooLongHttpLineException _ ->
              ProblemCatalogue.unreadable(414, "too-long", "the request line is too long");
          case TooLongHttpHeaderException _ ->
              ProblemCatalogue.unreadable(431, "headers-too-large", "the headers are too large");
          case null, default -> ProblemCatalogue.unreadable(400, "invalid", "it isn't HTTP/1.1");
        };
    var told = guard.chargeStranger(request).orElse(problem);
    meters.answered("OTHER", NO_ROUTE, told.status(), Duration.ZERO);
    var _ =
        send(request.response(), ApiResponse.of(told))
            .onComplete(_ -> request.connection().close());
  }

  /** Ends an exchange that isn't answered as asked. */
  public static void send(RoutingContext exchange, ProblemDetail problem) {
    send(exchange, ApiResponse.of(problem));
  }

  /** Ends an exchange. */
  public static void send(RoutingContext exchange, ApiResponse reply) {
    var sent = send(exchange.response(), reply);
    if ("close".equals(reply.headers().get("Connection"))) {
      var _ = sent.onComplete(_ -> exchange.request().connection().close());
    }
  }

  private static Future<Void> send(HttpServerResponse response, ApiResponse reply) {
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
    var body = Buffer.buffer(SecretRegistry.hidden(reply.body()));
    response
        .putHeader("Content-Type", reply.mediaType())
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Length", Integer.toString(body.length()));
    return response.end(body); // Vert.x leaves it out where the head was asked for
  }

  public static ApiCaller caller(RoutingContext exchange) {
    return exchange.get(CALLER, ApiCaller.NOBODY);
  }

  private void begin(RoutingContext exchange) {
    var request = exchange.request();
    var from = request.connection().remoteAddress();
    exchange.put(SINCE, System.nanoTime());
    connections.begin(from);
    hurry(exchange);
    exchange.addEndHandler(_ -> {
      connections.end(from, !caller(exchange).equals(ApiCaller.NOBODY));
      count(exchange);
    });
    if (hasOneHost(request)) {
      exchange.next();
    } else {
      unrouted(
          exchange,
          ProblemCatalogue.invalid("header Host", "a call names one host", "send one header Host"));
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
        exchange,
        ProblemCatalogue.wrongMethod(
            ExecutionIdFormat.shown(exchange.request().method().name()), allowed));
  }

  private void unrouted(RoutingContext exchange, ProblemDetail problem) {
    send(exchange, guard.charge(exchange.request()).orElse(problem));
  }

  /**
   * @param next reads the body, and goes on to the route once it is there
   */
  private void admit(RoutingContext exchange, ApiRoute route, Handler<RoutingContext> next) {
    exchange.put(ROUTE, route.path());
    switch (guard.judge(exchange.request(), route)) {
      case RequestAuthorizer.Verdict.Refused(ProblemDetail problem) -> send(exchange, problem);
      case RequestAuthorizer.Verdict.Passed(ApiCaller caller) -> {
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
            send(exchange, ProblemCatalogue.tooSlow());
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

  private void serve(RoutingContext exchange, ApiRoute route) {
    var from = exchange.request().connection().remoteAddress();
    if (connections.channel(from).filter(MalformedMessageHandler::on).isPresent()) {
      send(exchange, ProblemCatalogue.unreadable(400, "invalid", "the body can't be read"));
      return;
    }
    switch (route.way()) {
      case ApiRoute.Streamer streamer -> streamer.stream(exchange);
      case ApiRoute.Responder responder -> whole(exchange, route.lane(), responder);
    }
  }

  private void whole(RoutingContext exchange, ApiRoute.Lane lane, ApiRoute.Responder responder) {
    var places = Objects.requireNonNull(slots.get(lane));
    String name = caller(exchange).name();
    if (!places.take(name)) {
      send(exchange, ProblemCatalogue.busy(places.taken() + " calls are being answered"));
      return;
    }
    var call = received(exchange);
    answer(exchange, threads, () -> reply(responder, call), () -> places.give(name));
  }

  /**
   * Ends an exchange with a reply that is made elsewhere.
   *
   * @param threads where making it may block
   * @param made runs there, before the reply is sent or where it can't be made
   */
  public static void answer(
      RoutingContext exchange, Executor threads, Supplier<ApiResponse> making, Runnable made) {
    var context = exchange.vertx().getOrCreateContext();
    Runnable work =
        () -> {
          ApiResponse reply;
          try {
            reply = making.get();
          } finally {
            made.run();
          }
          context.runOnContext(_ -> send(exchange, reply));
        };
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      made.run();
      send(exchange, ProblemCatalogue.stopping());
    }
  }

  /** What can be expected to fail becomes a problem that says so; a bug one that doesn't. */
  private static ApiResponse reply(ApiRoute.Responder responder, ApiRequest call) {
    try {
      return responder.reply(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ApiResponse.of(ProblemCatalogue.stopping());
    } catch (HttpException e) { // a query that can't be decoded
      return ApiResponse.of(malformed());
    } catch (RuntimeException e) {
      return ApiResponse.of(problem(e, "a call failed"));
    }
  }

  /**
   * What a failure is to a caller.
   *
   * @param words for the application log, where it is a bug
   */
  public static ProblemDetail problem(RuntimeException failure, String words) {
    var expected = ProblemCatalogue.expected(failure);
    if (expected.isEmpty()) {
      LOG.atError().setCause(failure).log(words);
    }
    return expected.orElseGet(ProblemCatalogue::fault);
  }

  private static ApiRequest received(RoutingContext exchange) {
    var request = exchange.request();
    var body = exchange.body().buffer();
    return new ApiRequest(
        caller(exchange),
        name -> Objects.requireNonNullElse(exchange.pathParam(name), ""),
        name -> exchange.queryParam(name).stream().findFirst(),
        name -> Optional.ofNullable(request.getHeader(name)),
        RequestAuthorizer.address(request),
        body == null ? new byte[0] : body.getBytes());
  }

  private void failed(RoutingContext exchange) {
    LOG.atError().setCause(exchange.failure()).log("a call failed");
    send(exchange, ProblemCatalogue.fault());
  }

  private static ProblemDetail nowhere(RoutingContext exchange) {
    return ProblemCatalogue.noRoute(ExecutionIdFormat.shown(exchange.request().uri()));
  }

  private static ProblemDetail malformed() {
    return ProblemCatalogue.invalid("", "the call can't be read", "see /v1/openapi.yaml");
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
