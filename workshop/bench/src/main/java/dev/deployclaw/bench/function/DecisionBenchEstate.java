package dev.deployclaw.bench.function;

import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.redis.RawSocketPipe;
import dev.deployclaw.bench.redis.RespBatch;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.policy.wire.StoredPolicySet;
import dev.deployclaw.ratelimit.RateLimitService;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.settings.FrontendSettings;
import dev.deployclaw.ratelimit.settings.HeaderStyle;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One Redis with an epoch of limits in force and its predecessor beside it, an etcd that says so,
 * and the rate limit service on an event loop of its own in this process.
 */
public final class DecisionBenchEstate implements AutoCloseable {
  private static final String PREFIX = "/deployclaw/bench/";
  private static final String CHANGE = "bench";
  private static final long TERM = 1;
  private static final long EPOCH = 2;
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(5);

  private final RedisNode redis;
  private final EtcdServer etcd;
  private final RawSocketPipe pipe;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PolicyFeed feed;
  private final Vertx vertx = oneLoop();
  private final RateLimitService service;
  private final EpochPolicySet held;
  private long epoch = EPOCH;

  private DecisionBenchEstate(Path folder, PolicySet set) throws InterruptedException {
    redis = RedisNode.start(folder.resolve("redis"));
    etcd = EtcdServer.start(folder.resolve("etcd"));
    pipe = new RawSocketPipe(redis.address());
    held = new EpochPolicySet(EPOCH, set.digest(), set);
    try (var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX))) {
      for (long each = EPOCH - 1; each <= EPOCH; each++) {
        stage(each);
        store(state, each);
      }
    }
    load();
    commit();
    feed = PolicyFeed.start(source());
    service = new RateLimitService(settings(), feed);
    var _ = vertx.deployVerticle(service).await();
    BoundedWait.until("the service holds what is committed", READY, feed::ready);
  }

  /**
   * @param tenants of {@link Kind#TOKEN_BUCKET}, at least as many as functions are called for
   */
  public static DecisionBenchEstate start(Path folder, int tenants) throws InterruptedException {
    var set =
        SampleLimits.of(Math.max(tenants, FunctionWorkloads.TENANTS), FunctionWorkloads.TENANTS);
    return start(folder, set);
  }

  public static DecisionBenchEstate start(Path folder, PolicySet set) throws InterruptedException {
    return new DecisionBenchEstate(folder, set);
  }

  /** With a single event loop, as the service has. */
  public static Vertx oneLoop() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }

  public TurnMeter meter() {
    return new TurnMeter(redis);
  }

  public PipelinedWorkload.Line line() {
    return new PipelinedWorkload.Line(pipe, meter(), threads);
  }

  public EpochPolicySet held() {
    return held;
  }

  /** What a request of a tenant of {@link Kind#TOKEN_BUCKET} is charged to. */
  public RequestCharges charges(int tenant) {
    var shape = new RequestShape(SampleLimits.SERVICE, SampleLimits.PATH, SampleLimits.METHOD);
    return RequestCharges.of(
        held, RateLimitedRequest.ordinary(Kind.TOKEN_BUCKET.tenant(tenant), shape, _ -> ""));
  }

  /** Forgets what limits remember. */
  public void forget(List<String> counterKeys) throws InterruptedException {
    for (String key : counterKeys) {
      pipe.exchange(RespBatch.one("DEL", key));
    }
  }

  public PolicyFeed feed() {
    return feed;
  }

  public HostPort redis() {
    return redis.address();
  }

  /** The service's Redis, for a limiter that decides as it does. */
  public RedisClusterSettings cluster() {
    var address = new RedisAddress(redis.address().host(), redis.address().port());
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
    pipe.close();
    threads.close();
    etcd.close();
    redis.close();
  }

  /** Stages the next epoch, equal to the one in force, and waits until the service holds it. */
  public void stageNext() throws InterruptedException {
    long next = epoch + 1;
    collect(epoch - 2);
    stage(next);
    try (var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX))) {
      store(state, next);
      String change = CHANGE + next;
      put(state, "change/" + change, bytes("{\"epoch\":" + next + "}"));
      put(state, "open", bytes(change));
    }
    BoundedWait.until(
        "the service holds what is staged", READY, () -> feed.view().epoch(next).isPresent());
  }

  /** Puts the staged epoch in force: commits it, and loads its library. */
  public void flip() throws InterruptedException {
    epoch++;
    commit();
    load();
  }

  /** As most tenants stand after a change: equal in both epochs. */
  private void stage(long staged) throws InterruptedException {
    var hashes = StagedRules.of(held.set(), staged, held.digest()).hashes();
    long _ = pipe.exchange(RespBatch.writes(hashes), threads);
  }

  /** Removes what is staged of an epoch that is of no use any more. */
  private void collect(long old) throws InterruptedException {
    List<List<String>> all = new ArrayList<>();
    for (var hash : StagedRules.of(held.set(), old, held.digest()).hashes()) {
      var words = new ArrayList<>(List.of("HDEL", hash.key()));
      words.addAll(hash.fields().keySet());
      all.add(words);
    }
    long _ = pipe.exchange(RespBatch.of(all), threads);
  }

  private void load() {
    String source = FunctionLibrary.source(TERM, epoch, held.digest(), epoch - 1);
    pipe.exchange(RespBatch.one("FUNCTION", "LOAD", "REPLACE", source));
  }

  private void commit() throws InterruptedException {
    try (var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX))) {
      var active = new CommittedEpoch(epoch, held.digest(), CHANGE, TERM, epoch - 1);
      put(state, StoreKeys.ACTIVE, active.bytes());
    }
  }

  private void store(StateStore state, long stored) throws InterruptedException {
    var parts = StoredPolicySet.encode(held.set().bytes(), held.digest());
    for (int i = 0; i < parts.chunks().size(); i++) {
      put(state, StoredPolicySet.chunkKey(stored, i), parts.chunks().get(i));
    }
    put(state, StoredPolicySet.manifestKey(stored), parts.manifest());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(StateStore state, String key, byte[] value) throws InterruptedException {
    var result = state.transact(new Transaction(List.of(), List.of(new Write.Put(key, value))));
    if (!(result instanceof Result.Applied)) {
      throw new IllegalStateException(key + " resulted in " + result);
    }
  }

  private EtcdSourceSettings source() {
    return EtcdSourceSettings.plain(etcd.endpoint(), PREFIX);
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
