package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decide.Answer;
import dev.deployclaw.ratelimit.decide.Decider;
import dev.deployclaw.ratelimit.decide.Question;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.redis.Shards;
import dev.deployclaw.ratelimit.rls.EnvoyProtocol;
import dev.deployclaw.ratelimit.token.Tokens;
import io.envoyproxy.envoy.service.ratelimit.v3.RlsProto;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpcio.server.GrpcIoServer;
import io.vertx.grpcio.server.GrpcIoServiceBridge;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service on one event loop: {@code GET /v1/decide} and {@code POST /v1/release} for gateways,
 * {@code GET /v1/status} and {@code GET /v1/usage} for the agent, {@code GET /healthz} and {@code
 * GET /readyz} for whoever starts it. Answers 204, 401 or 403 to a decision, which is what {@code
 * auth_request} understands.
 */
public final class RateLimitService extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(RateLimitService.class);

  /** A gateway passes the client's headers on, and may accept more than our default. */
  private static final int MOST_HEADER_BYTES = 64 << 10;

  private final Settings settings;
  private final PolicyFeed feed;
  private @Nullable Shards shards;
  private @Nullable HttpServer server;
  private @Nullable HttpServer grpc;

  /** The feed is the caller's to close. */
  public RateLimitService(Settings settings, PolicyFeed feed) {
    this.settings = settings;
    this.feed = feed;
  }

  @Override
  public Future<?> start() {
    var opened = Shards.open(vertx, settings.redis());
    shards = opened;
    var tokens = Tokens.start(vertx, Clock.systemUTC(), settings.fronts().tokens());
    var decider = new Decider(vertx, feed, opened, tokens, settings.withoutPolicy());
    var options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.port())
            .setMaxHeaderSize(MOST_HEADER_BYTES);
    var created = vertx.createHttpServer(options);
    server = created;
    return created
        .requestHandler(request -> serve(request, decider, opened))
        .listen()
        .compose(_ -> envoy(decider));
  }

  /** Envoy's protocol, on a port of its own. Its many classes are not loaded on the event loop. */
  private Future<?> envoy(Decider decider) {
    var port = settings.fronts().grpcPort();
    return port.isEmpty()
        ? Future.succeededFuture()
        : vertx
            .executeBlocking(RlsProto::getDescriptor)
            .compose(_ -> envoy(decider, port.getAsInt()));
  }

  private Future<HttpServer> envoy(Decider decider, int port) {
    var calls = GrpcIoServer.server(vertx);
    GrpcIoServiceBridge.bridge(new EnvoyProtocol(decider, settings.fronts().headers()::shows))
        .bind(calls);
    var created =
        vertx.createHttpServer(new HttpServerOptions().setHost(settings.host()).setPort(port));
    grpc = created;
    return created.requestHandler(calls).listen();
  }

  @Override
  public Future<?> stop() {
    if (shards != null) {
      shards.close();
    }
    return closed(grpc).compose(_ -> closed(server));
  }

  private static Future<Void> closed(@Nullable HttpServer server) {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Where it listens, once started. */
  public int port() {
    return Objects.requireNonNull(server, "not started").actualPort();
  }

  /** Where Envoy's protocol is answered, once started. */
  public int grpcPort() {
    return Objects.requireNonNull(grpc, "not served").actualPort();
  }

  private void serve(HttpServerRequest request, Decider decider, Shards shards) {
    switch (request.path()) {
      case "/v1/decide" ->
          decider
              .decide(question(request))
              .onSuccess(answer -> send(request.response(), answer))
              .onFailure(e -> fault(request, e));
      case "/v1/release" -> release(request, decider);
      case "/v1/status" ->
          StatusReport.of(feed, shards)
              .onSuccess(status -> json(request.response(), status.toJson()))
              .onFailure(e -> fault(request, e));
      case "/v1/usage" -> json(request.response(), decider.usage().toJson());
      case "/healthz" -> json(request.response(), "{\"status\":\"ok\"}");
      case "/readyz" -> ready(request.response());
      case null, default -> request.response().setStatusCode(404).end();
    }
  }

  /** Anybody may try: a lease has a name that only its holder knows. */
  private static void release(HttpServerRequest request, Decider decider) {
    if (!request.method().equals(HttpMethod.POST)) {
      request.response().putHeader("Allow", "POST").setStatusCode(405).end();
      return;
    }
    var held = ReleaseCall.read(header(request, DecideHeaders.LEASE));
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
            request.response().setStatusCode(503).end("not released, its lease ends by itself\n"));
  }

  /** Alive is not ready: before it knows what is committed, it decides without any policy. */
  private void ready(HttpServerResponse response) {
    if (feed.ready()) {
      json(response, "{\"status\":\"ready\"}");
    } else {
      json(
          response.setStatusCode(503),
          Canonical.text(
              Map.of(
                  "status",
                  "starting",
                  "reason",
                  "what is committed was not read from etcd yet"
                      + (feed.trouble().isEmpty() ? "" : ": " + feed.trouble()))));
    }
  }

  private static Question question(HttpServerRequest request) {
    return new Question(
        header(request, DecideHeaders.GATEWAY),
        header(request, DecideHeaders.HOST),
        header(request, DecideHeaders.METHOD),
        header(request, DecideHeaders.URI),
        header(request, DecideHeaders.CLIENT),
        header(request, DecideHeaders.TOKEN),
        name -> header(request, name));
  }

  private static String header(HttpServerRequest request, String name) {
    return Objects.requireNonNullElse(request.getHeader(name), "");
  }

  private void send(HttpServerResponse response, Answer answer) {
    answer
        .headers()
        .forEach((name, value) -> {
          if (settings.fronts().headers().shows(name)) {
            response.putHeader(name, value);
          }
        });
    response.setStatusCode(status(answer)).end();
  }

  /** {@code auth_request} passes a 401 on with its challenge; what 403 becomes is rendered. */
  private static int status(Answer answer) {
    if (answer.allowed()) {
      return 204;
    }
    return answer.by() == Answer.By.TOKEN ? 401 : 403;
  }

  private static void json(HttpServerResponse response, String body) {
    response.putHeader("Content-Type", "application/json").end(body);
  }

  private static void fault(HttpServerRequest request, Throwable e) {
    LOG.atError()
        .setMessage("a request failed")
        .addKeyValue("path", request.path())
        .setCause(e)
        .log();
    request.response().setStatusCode(500).end();
  }
}
