package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.StatusReport.LoopView;
import dev.deployclaw.ratelimit.decision.DeciderBounds;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.envoy.EnvoyQuotaService;
import dev.deployclaw.ratelimit.envoy.EnvoyRateLimitService;
import dev.deployclaw.ratelimit.envoy.QuotaBudget;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import dev.deployclaw.ratelimit.token.JwksCache;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RlqsProto;
import io.envoyproxy.envoy.service.ratelimit.v3.RlsProto;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One event loop that decides. Its connections to Redis, matches, calls under way, leases, counts
 * and deadlines are its own, as if it were a service by itself, so that no decision waits for
 * another loop; what loops have in common is in {@link SharedResources}. Each decision is by one
 * snapshot of the policy feed, which all read.
 */
final class DecisionLoop extends VerticleBase {
  private static final long TURN_MILLIS = 250;

  /** An event loop that takes no turn for so long is blocked. */
  private static final long LONGEST_TURN_NANOS = 2_000_000_000L;

  private final SharedResources shared;
  private final StatusRoutes status;
  private volatile long turnedAt = System.nanoTime();
  private @Nullable ShardRouter shards;
  private @Nullable RateLimitDecider decider;
  private @Nullable HttpServer main;
  private @Nullable HttpServer grpc;

  /**
   * What all event loops have in common. For any thread.
   *
   * @param bounds of each decider
   * @param tokenKeys of all bearer tokens
   * @param quotas what the streams of all loops may take
   */
  record SharedResources(
      ServiceSettings settings,
      PolicyFeed feed,
      ListenAddresses addresses,
      DeciderBounds bounds,
      JwksCache tokenKeys,
      QuotaBudget quotas) {}

  /**
   * @param status of the service as a whole
   */
  DecisionLoop(SharedResources shared, StatusRoutes status) {
    this.shared = shared;
    this.status = status;
  }

  @Override
  public Future<?> start() {
    var opened = ShardRouter.open(vertx, shared.settings().redis());
    shards = opened;
    var tokens = shared.settings().fronts().tokens();
    int loops = shared.bounds().deciders();
    var verifier = BearerTokenVerifier.of(vertx, tokens, shared.tokenKeys(), loops);
    var made = new RateLimitDecider(vertx, shared.feed(), opened, verifier, shared.bounds());
    decider = made;
    turnedAt = System.nanoTime();
    vertx.setPeriodic(TURN_MILLIS, _ -> turnedAt = System.nanoTime());
    return Future.succeededFuture();
  }

  /** Answers from now on, with the other loops. On this loop, once all have started. */
  Future<?> listen() {
    var group = new HttpServerGroup(vertx);
    var asked = Objects.requireNonNull(decider, "not started");
    var decisions = new DecisionRoutes(asked, shared.settings().fronts().headers());
    return port(decisions, group)
        .compose(_ -> file(decisions, group))
        .compose(_ -> envoy(asked, group));
  }

  /** Host and port, for all that has no place of its own. */
  private Future<?> port(DecisionRoutes decisions, HttpServerGroup group) {
    var address = shared.addresses().http();
    if (address.isEmpty()) {
      return Future.succeededFuture();
    }
    boolean elsewhere = status.access().listener().isPresent();
    Handler<HttpServerRequest> others =
        shared.addresses().decisions().isPresent() ? DecisionRoutes::refuse : decisions::serve;
    Handler<HttpServerRequest> routes =
        request -> {
          if (elsewhere ? !status.serveHealth(request) : !status.serve(request)) {
            others.handle(request);
          }
        };
    return group.http(address.get(), routes).onSuccess(server -> main = server);
  }

  private Future<?> file(DecisionRoutes decisions, HttpServerGroup group) {
    var address = shared.addresses().decisions();
    return address.isEmpty()
        ? Future.succeededFuture()
        : group.http(address.get(), decisions::serve);
  }

  /** Envoy's protocol. Its many classes are not loaded on the event loop. */
  private Future<?> envoy(RateLimitDecider asked, HttpServerGroup group) {
    var addresses = shared.addresses();
    if (addresses.envoys().isEmpty()) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(() -> List.of(RlsProto.getDescriptor(), RlqsProto.getDescriptor()))
        .compose(_ -> {
          var quotas = new EnvoyQuotaService(vertx, asked, shared.quotas());
          var style = shared.settings().fronts().headers();
          var calls = new EnvoyRateLimitService(asked, style::shows, quotas);
          List<Future<HttpServer>> opened = new ArrayList<>();
          addresses
              .envoy()
              .ifPresent(
                  at -> opened.add(group.http2(at, calls).onSuccess(server -> grpc = server)));
          addresses.envoyFile().ifPresent(at -> opened.add(group.http2(at, calls)));
          return Future.join(opened);
        });
  }

  @Override
  public Future<?> stop() {
    if (shards != null) {
      shards.close();
    }
    return Future.succeededFuture();
  }

  /** Whether this event loop does what it is asked. For any thread. */
  boolean turns() {
    return System.nanoTime() - turnedAt < LONGEST_TURN_NANOS;
  }

  /** What belongs to this event loop is asked on it, and answered on the one that asks. */
  <T> Future<T> ask(Function<DecisionLoop, Future<T>> question) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(_ -> Future.succeededFuture(this).compose(question).onComplete(promise));
    return Future.fromCompletionStage(
        promise.future().toCompletionStage(), Objects.requireNonNull(Vertx.currentContext()));
  }

  /** What it holds, and what its Redis decides by. On this loop. */
  Future<LoopView> view() {
    return StatusReport.view(shared.feed(), Objects.requireNonNull(shards, "not started"));
  }

  /** What it decided since it began. On this loop. */
  Future<ServiceUsage> usage() {
    return Future.succeededFuture(Objects.requireNonNull(decider, "not started").usage());
  }

  /** Where all loops answer over TCP, once started; empty where nothing does. */
  @Nullable HttpServer main() {
    return main;
  }

  /** Where all loops answer Envoy's protocol over TCP, once started. */
  @Nullable HttpServer grpc() {
    return grpc;
  }
}
