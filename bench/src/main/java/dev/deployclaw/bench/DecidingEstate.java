package dev.deployclaw.bench;

import dev.deployclaw.bench.SampleLimits.Kind;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.policy.wire.StoredSet;
import dev.deployclaw.ratelimit.Fronts;
import dev.deployclaw.ratelimit.HeaderStyle;
import dev.deployclaw.ratelimit.RateLimitService;
import dev.deployclaw.ratelimit.Settings;
import dev.deployclaw.ratelimit.feed.EtcdSource;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.redis.Address;
import dev.deployclaw.ratelimit.redis.Cluster;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Etcd;
import dev.deployclaw.testkit.HostPort;
import dev.deployclaw.testkit.RedisNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One Redis with an epoch of limits in force and its predecessor beside it, an etcd that says so,
 * and the rate limit service on an event loop of its own in this process.
 */
final class DecidingEstate implements AutoCloseable {
  private static final String PREFIX = "/deployclaw/bench/";
  private static final String CHANGE = "bench";
  private static final long TERM = 1;
  private static final long EPOCH = 2;
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(5);

  private final RedisNode redis;
  private final Etcd etcd;
  private final RawPipe pipe;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PolicyFeed feed;
  private final Vertx vertx = oneLoop();
  private final RateLimitService service;
  private final EpochSet held;

  private DecidingEstate(Path folder, PolicySet set) throws InterruptedException {
    redis = RedisNode.start(folder.resolve("redis"));
    etcd = Etcd.start(folder.resolve("etcd"));
    pipe = new RawPipe(redis.address());
    held = new EpochSet(EPOCH, set.digest(), set);
    stage();
    commit();
    feed = PolicyFeed.start(source());
    service = new RateLimitService(settings(), feed);
    var _ = vertx.deployVerticle(service).await();
    Await.until("the service holds what is committed", READY, feed::ready);
  }

  /**
   * @param tenants of {@link Kind#TOKEN_BUCKET}, at least as many as functions are called for
   */
  static DecidingEstate start(Path folder, int tenants) throws InterruptedException {
    var set = SampleLimits.of(Math.max(tenants, FunctionCalls.TENANTS), FunctionCalls.TENANTS);
    return new DecidingEstate(folder, set);
  }

  /** With a single event loop, as the service has. */
  static Vertx oneLoop() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }

  Meter meter() {
    return new Meter(redis);
  }

  Pipelined.Line line() {
    return new Pipelined.Line(pipe, meter(), threads);
  }

  EpochSet held() {
    return held;
  }

  PolicyFeed feed() {
    return feed;
  }

  HostPort redis() {
    return redis.address();
  }

  /** The service's Redis, for whoever decides as it does. */
  Cluster cluster() {
    var address = new Address(redis.address().host(), redis.address().port());
    return new Cluster(List.of(address), REDIS_TIMEOUT, Optional.empty());
  }

  HostPort http() {
    return HostPort.loopback(service.port());
  }

  HostPort grpc() {
    return HostPort.loopback(service.grpcPort());
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
    feed.close();
    pipe.close();
    threads.close();
    etcd.close();
    redis.close();
  }

  /** As most tenants stand after a change: equal in both epochs. */
  private void stage() throws InterruptedException {
    for (long epoch = EPOCH - 1; epoch <= EPOCH; epoch++) {
      var hashes = StagedRules.of(held.set(), epoch, held.digest()).hashes();
      long _ = pipe.exchange(Batch.writes(hashes), threads);
    }
    String source = FunctionLibrary.source(TERM, EPOCH, held.digest(), EPOCH - 1);
    pipe.exchange(Batch.one("FUNCTION", "LOAD", "REPLACE", source));
  }

  private void commit() throws InterruptedException {
    var stored = StoredSet.encode(held.set().bytes(), held.digest());
    try (var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX))) {
      for (long epoch = EPOCH - 1; epoch <= EPOCH; epoch++) {
        for (int i = 0; i < stored.chunks().size(); i++) {
          put(state, StoredSet.chunkKey(epoch, i), stored.chunks().get(i));
        }
        put(state, StoredSet.manifestKey(epoch), stored.manifest());
      }
      var active = new Active(EPOCH, held.digest(), CHANGE, TERM, EPOCH - 1);
      put(state, Keys.ACTIVE, active.bytes());
    }
  }

  private static void put(StateStore state, String key, byte[] value) throws InterruptedException {
    var result = state.transact(new Transaction(List.of(), List.of(new Write.Put(key, value))));
    if (!(result instanceof Result.Applied)) {
      throw new IllegalStateException(key + " came to " + result);
    }
  }

  private EtcdSource source() {
    return EtcdSource.plain(etcd.endpoint(), PREFIX);
  }

  private Settings settings() {
    return new Settings(
        "127.0.0.1",
        0,
        Optional.empty(),
        source(),
        cluster(),
        "bench",
        new Fronts(HeaderStyle.BOTH, OptionalInt.of(0), TokenSettings.NONE),
        BackendFailure.DENY);
  }
}
