package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.policy.wire.StoredPolicySet;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.listener.ConnectionCap;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.settings.FrontendSettings;
import dev.deployclaw.ratelimit.settings.HeaderStyle;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.SkewedClock;
import dev.deployclaw.testkit.server.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;

/** A Redis Cluster, an etcd and a service, and what the agent would do to them. */
final class Estate implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);

  /** How many values of a header the service tells apart. */
  static final int HEADER_VALUES = 50;

  private static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);

  static final String PREFIX = "/deployclaw/test/";

  private final RedisCluster redis;
  private final EtcdServer etcd;
  private final Client store;
  private final PolicyFeed feed;
  private final Vertx vertx =
      Vertx.builder()
          .withTransport(ConnectionCap.transport(AccessSettings.USUAL_CONNECTIONS))
          .build();
  private final RateLimitService service;
  private final HttpClient http = HttpClient.newHttpClient();

  private Estate(RedisCluster redis, Path folder, Service shape) throws Exception {
    this.redis = redis;
    etcd = EtcdServer.start(folder.resolve("etcd"));
    store = Client.builder().endpoints(etcd.endpoint()).build();
    feed = PolicyFeed.start(EtcdSourceSettings.plain(etcd.endpoint(), PREFIX));
    service = new RateLimitService(settings(shape), feed);
    vertx.deployVerticle(service).await(1, TimeUnit.MINUTES);
  }

  /** How a service differs from others. */
  private record Service(TokenSettings tokens, Duration redisTimeout, int loops) {}

  /** Three primaries, and a service with several event loops. */
  static Estate ofLoops(Path folder, int loops) throws Exception {
    return ofPrimaries(folder, new Service(TokenSettings.NONE, PEER_TIMEOUT, loops));
  }

  private static Estate ofPrimaries(Path folder, Service shape) throws Exception {
    return new Estate(RedisCluster.start(folder.resolve("redis"), 3, 0), folder, shape);
  }

  static Estate start(Path folder, int replicasEach) throws Exception {
    return start(folder, replicasEach, TokenSettings.NONE);
  }

  static Estate start(Path folder, int replicasEach, TokenSettings tokens) throws Exception {
    var redis = RedisCluster.start(folder.resolve("redis"), 3, replicasEach);
    return new Estate(redis, folder, new Service(tokens, PEER_TIMEOUT, 1));
  }

  /** Three primaries, for which the service waits no longer than that. */
  static Estate start(Path folder, Duration redisTimeout) throws Exception {
    return ofPrimaries(folder, new Service(TokenSettings.NONE, redisTimeout, 1));
  }

  /** Three primaries, each of which has a clock of its own. */
  static Estate ofClocks(Path folder) throws Exception {
    var clocks = SkewedClock.environments(folder);
    var redis = RedisCluster.start(folder.resolve("redis"), 3, 0, clocks);
    return new Estate(redis, folder, new Service(TokenSettings.NONE, PEER_TIMEOUT, 1));
  }

  RedisCluster redis() {
    return redis;
  }

  EtcdServer etcd() {
    return etcd;
  }

  PolicyFeed feed() {
    return feed;
  }

  /** Its Redis, for which a decision waits no longer than that. */
  RedisClusterSettings cluster(Duration timeout) {
    return new RedisClusterSettings(
        redis.nodes().stream().map(n -> new RedisAddress(n.host(), n.port())).toList(),
        timeout,
        Optional.empty(),
        Optional.empty());
  }

  /** One more service of the same estate. */
  Peer peer() throws Exception {
    return peer(1);
  }

  /** The same with several event loops. */
  Peer peer(int loops) throws Exception {
    var shape = new Service(TokenSettings.NONE, PEER_TIMEOUT, loops);
    var peer = new RateLimitService(settings(shape), feed);
    String id =
        vertx
            .deployVerticle(peer)
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    return new Peer(peer.port(), () -> vertx.undeploy(id).await());
  }

  /**
   * A service beside the first.
   *
   * @param stop ends it at once, with all that it has in hand
   */
  record Peer(int port, Runnable stop) implements AutoCloseable {
    @Override
    public void close() {
      stop.run();
    }
  }

  /** What a gateway says of a request. */
  static Map<String, String> question(String tenant, String uri, Map<String, String> more) {
    var headers = new HashMap<String, String>(more);
    headers.put(DecideHeaders.GATEWAY, "edge-1");
    headers.put(DecideHeaders.HOST, tenant + ".api.example.com");
    headers.put(DecideHeaders.METHOD, "GET");
    headers.put(DecideHeaders.URI, uri);
    headers.put(DecideHeaders.CLIENT, "10.0.0.1");
    return headers;
  }

  /** Stages, commits and publishes, and waits until the service follows. */
  EpochPolicySet activate(long epoch, PolicySet set) {
    var held = stage(epoch, set);
    commit(held);
    flip(held);
    return held;
  }

  EpochPolicySet stage(long epoch, PolicySet set) {
    var held = write(epoch, set);
    BoundedWait.until(
        "the service holds epoch " + epoch, LONG, () -> status().holds(epoch, held.digest()));
    return held;
  }

  /** Stages without waiting for the service. */
  EpochPolicySet write(long epoch, PolicySet set) {
    byte[] bytes = set.bytes();
    var held = new EpochPolicySet(epoch, set.digest(), set);
    var stored = StoredPolicySet.encode(bytes, held.digest());
    for (int i = 0; i < stored.chunks().size(); i++) {
      put(StoredPolicySet.chunkKey(epoch, i), stored.chunks().get(i));
    }
    put(StoredPolicySet.manifestKey(epoch), stored.manifest());
    String change = "{\"epoch\":" + epoch + "}";
    put("change/c" + epoch, change.getBytes(StandardCharsets.UTF_8));
    put("open", "c%d".formatted(epoch).getBytes(StandardCharsets.UTF_8));
    for (var hash : new StagedRules(set, epoch, held.digest()).hashes()) {
      at(hash.key(), node -> node.hset(hash.key(), hash.fields()));
    }
    return held;
  }

  void commit(EpochPolicySet held) {
    String active =
        "{\"epoch\":%1$d,\"digest\":\"%2$s\",\"change\":\"c%1$d\",\"term\":1,\"predecessor\":%3$d}"
            .formatted(held.epoch(), held.digest(), held.epoch() - 1);
    put("active", active.getBytes(StandardCharsets.UTF_8));
    BoundedWait.until(
        "the service knows the commit",
        LONG,
        () -> feed.view().active().filter(a -> a.epoch() == held.epoch()).isPresent());
  }

  /** Commits a cohort of a candidate beside a committed epoch; nobody is told yet. */
  Constants widen(EpochPolicySet base, EpochPolicySet candidate, CanaryCohort cohort) {
    var constants =
        new Constants(
            1,
            base.epoch(),
            base.digest(),
            base.epoch() - 1,
            cohort.share(),
            Optional.of(new Trial(candidate.epoch(), candidate.digest(), cohort)));
    String active =
        """
        {"epoch":%1$d,"digest":"%2$s","change":"c%1$d","term":1,"predecessor":%3$d,"step":%6$d,
         "candidate":{"epoch":%4$d,"digest":"%5$s","change":"c%4$d","cohort":%6$d}}
        """
            .formatted(
                base.epoch(),
                base.digest(),
                base.epoch() - 1,
                candidate.epoch(),
                candidate.digest(),
                cohort.share());
    put("active", active.getBytes(StandardCharsets.UTF_8));
    BoundedWait.until(
        "the service knows the cohort",
        LONG,
        () -> feed.view().active().equals(Optional.of(constants)));
    return constants;
  }

  /** Commits a way back, which carries the content of an earlier epoch. */
  void commitBack(EpochPolicySet held, long content) {
    String change = "{\"epoch\":%d,\"content\":%d}".formatted(held.epoch(), content);
    put("change/c" + held.epoch(), change.getBytes(StandardCharsets.UTF_8));
    commit(held);
  }

  void flip(EpochPolicySet held) {
    redis.primaries().forEach(node -> load(node, held));
  }

  void load(HostPort node, EpochPolicySet held) {
    load(
        node, new Constants(1, held.epoch(), held.digest(), held.epoch() - 1, 0, Optional.empty()));
  }

  void load(HostPort node, Constants constants) {
    onNode(node, redis -> redis.functionLoadReplace(FunctionLibrary.source(constants)));
  }

  /** Does something on the node that owns a key. */
  void at(String key, java.util.function.Consumer<Jedis> act) {
    onNode(primaryOf(key), act);
  }

  /** The node that owns a key, as long as no other has taken over. */
  HostPort primaryOf(String key) {
    return redis.primaries().get(owner(RedisKeyLayout.slot(key)));
  }

  static void onNode(HostPort node, java.util.function.Consumer<Jedis> act) {
    try (var jedis = new Jedis(node.host(), node.port())) {
      act.accept(jedis);
    }
  }

  ServiceStatus status() {
    return status(port());
  }

  /** Of a service of the estate. */
  ServiceStatus status(int port) {
    return ServiceStatus.parse(get(port, "/v1/status", Map.of()).body()).orElseThrow();
  }

  /** What a service of the estate has counted. */
  ServiceUsage usage(int port) {
    return ServiceUsage.parse(get(port, "/v1/usage", Map.of()).body()).orElseThrow();
  }

  /** What came of the leased limits of the service. */
  ServiceUsage.Leases leases() {
    return usage(port()).leases().orElseThrow();
  }

  HttpResponse<String> get(String path, Map<String, String> headers) {
    return get(port(), path, headers);
  }

  /** From a service of the estate. */
  HttpResponse<String> get(int port, String path, Map<String, String> headers) {
    return send(HttpRequest.newBuilder(), port, path, headers);
  }

  HttpResponse<String> post(String path, Map<String, String> headers) {
    var request = HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody());
    return send(request, port(), path, headers);
  }

  /** Where the service listens. */
  int port() {
    return service.port();
  }

  /** A decision of a service, for a client with connections of its own. */
  static HttpResponse<String> decide(HttpClient client, int port, String tenant) {
    String place = "127.0.0.1:" + port + "/v1/decide";
    return send(client, HttpRequest.newBuilder(), place, question(tenant, "/", Map.of()));
  }

  private HttpResponse<String> send(
      HttpRequest.Builder request, int port, String path, Map<String, String> headers) {
    return send(http, request, "127.0.0.1:" + port + path, headers);
  }

  private static HttpResponse<String> send(
      HttpClient client, HttpRequest.Builder request, String place, Map<String, String> headers) {
    request.uri(URI.create("http://" + place));
    headers.forEach(request::header);
    try {
      return client.send(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where Envoy's protocol is answered. */
  int grpcPort() {
    return service.grpcPort();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
    feed.close();
    store.close();
    http.close();
    etcd.close();
    redis.close();
  }

  private ServiceSettings settings(Service shape) {
    return new ServiceSettings(
        "127.0.0.1",
        0,
        Optional.empty(),
        EtcdSourceSettings.plain(etcd.endpoint(), PREFIX),
        cluster(shape.redisTimeout()),
        "test",
        new FrontendSettings(
            HeaderStyle.BOTH,
            OptionalInt.of(0),
            shape.tokens(),
            AccessSettings.OPEN,
            HEADER_VALUES),
        BackendFailureMode.DENY,
        shape.loops());
  }

  /** The cluster deals its slots evenly, in the order of its nodes. */
  private int owner(int slot) {
    int owner = 0;
    while (RedisKeyLayout.SLOTS * (owner + 1) / 3 <= slot) {
      owner++;
    }
    return owner;
  }

  private void put(String key, byte[] value) {
    try {
      store
          .getKVClient()
          .put(ByteSequence.from(PREFIX + key, StandardCharsets.UTF_8), ByteSequence.from(value))
          .get(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new IllegalStateException("can't put " + key, e);
    }
  }
}
