package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.envoy.EnvoyQuotaService;
import dev.deployclaw.ratelimit.envoy.EnvoyRateLimitService;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.http.DecisionRoutes;
import dev.deployclaw.ratelimit.http.StatusListener;
import dev.deployclaw.ratelimit.http.StatusReport;
import dev.deployclaw.ratelimit.http.StatusRoutes;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RlqsProto;
import io.envoyproxy.envoy.service.ratelimit.v3.RlsProto;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The service: decisions on one event loop, and the agent's listener, where it has one of its own,
 * apart from it, so that what is done to that one delays no decision.
 */
public final class RateLimitService extends VerticleBase {
  private final ServiceSettings settings;
  private final PolicyFeed feed;
  private @Nullable HttpServerGroup servers;
  private @Nullable ShardRouter shards;
  private @Nullable HttpServer main;
  private @Nullable HttpServer grpc;
  private @Nullable StatusListener status;
  private @Nullable Vertx beside;

  /** The feed is the caller's to close. */
  public RateLimitService(ServiceSettings settings, PolicyFeed feed) {
    this.settings = settings;
    this.feed = feed;
  }

  @Override
  public Future<?> start() {
    var opened = ShardRouter.open(vertx, settings.redis());
    shards = opened;
    var listeners = new HttpServerGroup(vertx);
    servers = listeners;
    var tokens = BearerTokenVerifier.start(vertx, Clock.systemUTC(), settings.fronts().tokens());
    var decider =
        new RateLimitDecider(
            vertx,
            feed,
            opened,
            tokens,
            new RateLimitDecider.Bounds(
                settings.withoutPolicy(), settings.fronts().headerValues()));
    var decisions = new DecisionRoutes(decider, settings.fronts().headers());
    var status = statusRoutes(decider, opened);
    return port(decisions, status, listeners)
        .compose(_ -> socket(decisions, listeners))
        .compose(_ -> ownStatus(status))
        .compose(_ -> envoy(decider, listeners));
  }

  private StatusRoutes statusRoutes(RateLimitDecider decider, ShardRouter shards) {
    return new StatusRoutes(
        settings.fronts().access().status(),
        feed,
        () -> StatusReport.of(feed, shards).map(s -> s.toJson()),
        () -> Future.succeededFuture(decider.usage().toJson()));
  }

  /** Host and port, for all that has no place of its own. */
  private Future<?> port(DecisionRoutes decisions, StatusRoutes status, HttpServerGroup servers) {
    var access = settings.fronts().access();
    if (!access.needsPort()) {
      return Future.succeededFuture();
    }
    boolean elsewhere = access.status().listener().isPresent();
    Handler<HttpServerRequest> others =
        access.decisions().isPresent() ? DecisionRoutes::refuse : decisions::serve;
    Handler<HttpServerRequest> routes =
        request -> {
          if (elsewhere ? !status.serveHealth(request) : !status.serve(request)) {
            others.handle(request);
          }
        };
    return servers
        .http(settings.host(), settings.port(), routes)
        .onSuccess(server -> main = server);
  }

  private Future<?> socket(DecisionRoutes decisions, HttpServerGroup servers) {
    var socket = settings.fronts().access().decisions();
    return socket.isEmpty()
        ? Future.succeededFuture()
        : servers.http(socket.get(), decisions::serve);
  }

  private Future<?> ownStatus(StatusRoutes routes) {
    var listener = settings.fronts().access().status().listener();
    if (listener.isEmpty()) {
      return Future.succeededFuture();
    }
    var here = Objects.requireNonNull(context);
    var hopping =
        new StatusRoutes(
            routes.access(), feed, hop(here, routes.status()), hop(here, routes.usage()));
    var deployed = new StatusListener(listener.get(), hopping);
    status = deployed;
    var aside = StatusListener.vertx();
    beside = aside;
    return aside.deployVerticle(deployed);
  }

  /** What belongs to this event loop is asked on it, and answered on the one that asks. */
  private static Supplier<Future<String>> hop(Context loop, Supplier<Future<String>> asked) {
    return () -> {
      Promise<String> promise = Promise.promise();
      loop.runOnContext(_ -> asked.get().onComplete(promise));
      return Future.fromCompletionStage(
          promise.future().toCompletionStage(), Objects.requireNonNull(Vertx.currentContext()));
    };
  }

  /** Envoy's protocol. Its many classes are not loaded on the event loop. */
  private Future<?> envoy(RateLimitDecider decider, HttpServerGroup servers) {
    var fronts = settings.fronts();
    var socket = fronts.access().envoy();
    return fronts.grpcPort().isEmpty() && socket.isEmpty()
        ? Future.succeededFuture()
        : vertx
            .executeBlocking(() -> List.of(RlsProto.getDescriptor(), RlqsProto.getDescriptor()))
            .compose(_ -> {
              var quotas = new EnvoyQuotaService(vertx, decider);
              var calls = new EnvoyRateLimitService(decider, fronts.headers()::shows, quotas);
              List<Future<HttpServer>> opened = new ArrayList<>();
              fronts
                  .grpcPort()
                  .ifPresent(port ->
                      opened.add(
                          servers
                              .http2(settings.host(), port, calls)
                              .onSuccess(server -> grpc = server)));
              socket.ifPresent(s -> opened.add(servers.http2(s, calls)));
              return Future.join(opened);
            });
  }

  @Override
  public Future<?> stop() {
    if (shards != null) {
      shards.close();
    }
    var listeners = servers == null ? Future.<Void>succeededFuture() : servers.close();
    return listeners.compose(_ -> beside == null ? Future.succeededFuture() : beside.close());
  }

  /** Where it answers over TCP, once started: the agent's own port where there is no other. */
  public int port() {
    return main == null ? statusPort() : main.actualPort();
  }

  /** Where the agent asks, once started. */
  public int statusPort() {
    return status == null
        ? Objects.requireNonNull(main, "not started").actualPort()
        : status.port();
  }

  /** Where Envoy's protocol is answered, once started. */
  public int grpcPort() {
    return Objects.requireNonNull(grpc, "not served").actualPort();
  }
}
