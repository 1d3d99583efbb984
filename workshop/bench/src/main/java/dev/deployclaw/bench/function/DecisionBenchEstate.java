package dev.deployclaw.bench.function;

import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.ratelimit.RateLimitService;
import dev.deployclaw.ratelimit.decision.DeciderBounds;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.ratelimit.settings.FrontendSettings;
import dev.deployclaw.ratelimit.settings.HeaderStyle;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Stores with an epoch in force, and the rate limit service on an event loop of its own in this
 * process.
 */
public final class DecisionBenchEstate implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(5);

  private final EpochStores stores;
  private final PolicyFeed feed;
  private final Vertx vertx = oneLoop();
  private final RateLimitService service;

  private DecisionBenchEstate(Path folder, PolicySet set) throws InterruptedException {
    stores = EpochStores.start(folder, List.of(set));
    feed = PolicyFeed.start(source());
    service = new RateLimitService(settings(), feed);
    var _ = vertx.deployVerticle(service).await();
    BoundedWait.until("the service holds what is committed", READY, feed::ready);
  }

  /** With tenants of {@link Kind#TOKEN_BUCKET}, at least as many as functions are called for. */
  public static DecisionBenchEstate start(Path folder, int tenants) throws InterruptedException {
    var set =
        SampleLimits.of(Math.max(tenants, FunctionWorkloads.TENANTS), FunctionWorkloads.TENANTS);
    return start(folder, set);
  }

  public static DecisionBenchEstate start(Path folder, PolicySet set) throws InterruptedException {
    return new DecisionBenchEstate(folder, set);
  }

  /** A decider as the service has, to be made and asked on an event loop of that Vert.x. */
  public RateLimitDecider decider(Vertx loop, ShardRouter shards) {
    var tokens = BearerTokenVerifier.start(loop, Clock.systemUTC(), TokenSettings.NONE);
    var bounds = DeciderBounds.of(BackendFailureMode.DENY, 10_000, 1);
    return new RateLimitDecider(loop, feed, shards, tokens, bounds);
  }

  /** With a single event loop, as the service has. */
  public static Vertx oneLoop() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }

  public TurnMeter meter() {
    return new TurnMeter(stores.redis());
  }

  public PipelinedWorkload.Line line() {
    return new PipelinedWorkload.Line(stores.pipe(), meter());
  }

  public EpochPolicySet held() {
    return stores.held();
  }

  public void forget(List<String> counterKeys) {
    stores.forget(counterKeys);
  }

  public HostPort redis() {
    return stores.redis().address();
  }

  /** The service's Redis, for a limiter that decides as it does. */
  public RedisClusterSettings cluster() {
    var address = new RedisAddress(redis().host(), redis().port());
    return new RedisClusterSettings(
        List.of(address), REDIS_TIMEOUT, Optional.empty(), Optional.empty());
  }

  public HostPort http() {
    return HostPort.loopback(service.port());
  }

  public HostPort grpc() {
    return HostPort.loopback(service.grpcPort());
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
    feed.close();
    stores.close();
  }

  private EtcdSourceSettings source() {
    return EtcdSourceSettings.plain(stores.etcd(), EpochStores.PREFIX);
  }

  private ServiceSettings settings() {
    return new ServiceSettings(
        "127.0.0.1",
        0,
        Optional.empty(),
        source(),
        cluster(),
        "bench",
        new FrontendSettings(
            HeaderStyle.BOTH,
            OptionalInt.of(0),
            TokenSettings.NONE,
            AccessSettings.OPEN,
            FrontendSettings.USUAL_HEADER_VALUES),
        BackendFailureMode.DENY,
        1);
  }
}
