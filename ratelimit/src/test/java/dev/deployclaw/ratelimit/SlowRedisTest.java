package dev.deployclaw.ratelimit;

import static dev.deployclaw.ratelimit.TroubledRedis.TENANTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.ratelimit.TroubledRedis.Told;
import dev.deployclaw.ratelimit.decision.DeciderBounds;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.DecisionResponse.By;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.network.PacketDelay;
import dev.deployclaw.testkit.network.PacketFirewall;
import dev.deployclaw.testkit.network.PacketFirewall.FirewallException;
import dev.deployclaw.testkit.network.PacketFirewall.Packets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A Redis whose answers come, but late. */
@Slow(
    guard = "dev.deployclaw.ratelimit.redis.SilentNodeTest",
    because = "it starts a cluster, and waits for answers that come late")
class SlowRedisTest {
  private static final Duration DEADLINE = Duration.ofSeconds(1);
  private static final Duration LATE = Duration.ofMillis(30);
  private static final Duration TOO_LATE = DEADLINE.multipliedBy(3);
  private static final int REQUESTS = 3;
  private static final int ASKED = 5;
  private static final int LATER = 20 * TENANTS;

  /** As {@code PipelinedConnection} bounds what waits for one node. */
  private static final int MOST_WAITING = 10_000;

  private static final int MORE = 50;

  @TempDir private static Path folder;
  private static Estate estate;
  private static TroubledRedis redis;
  private static long epoch;

  @BeforeAll
  static void start() throws Exception {
    var obstacle = PacketFirewall.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no rules here: " + obstacle.orElse(""));
    estate = Estate.start(folder, DEADLINE);
    redis = new TroubledRedis(estate);
  }

  @AfterAll
  static void stop() {
    if (estate != null) {
      estate.close();
    }
  }

  /** Whatever is sent to a primary takes longer by that. */
  private record SlowLink(PacketFirewall firewall, PacketDelay delay) implements AutoCloseable {
    static SlowLink of(Duration by) throws FirewallException {
      int queue = FreePortFinder.free();
      var own = folder.resolve("link-" + queue);
      var link = new SlowLink(PacketFirewall.of(own), PacketDelay.start(own, queue, by));
      var ports = estate.redis().primaries().stream().map(HostPort::port).toList();
      link.firewall().queue(Packets.to(ports), queue);
      return link;
    }

    @Override
    public void close() throws FirewallException {
      firewall.clear();
      delay.close();
    }
  }

  @BeforeEach
  void forgetCounters() {
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::flushAll));
    epoch++;
  }

  @Test
  void answersThatComeInTimeAreThoseOfTheLimits() throws Exception {
    warmUp();
    forgetCounters();
    estate.activate(epoch, TroubledRedis.set(REQUESTS));
    List<Told> told;

    try (var _ = SlowLink.of(LATE)) {
      told = redis.ask(ASKED * TENANTS);
    }

    assertThat(told)
        .allMatch(Told::byLimits)
        .allMatch(one -> one.nanos() >= LATE.toNanos(), "waited for Redis");
    assertThat(IntStream.range(0, TENANTS).mapToObj(tenant -> admitted(told, tenant)))
        .containsOnly((long) REQUESTS);
  }

  @Test
  void beyondTheDeadlineTheFailureModeDecidesAndNothingPilesUp() throws Exception {
    warmUp();
    long before = redis.calls();
    List<Told> first;
    List<Told> later;

    try (var _ = SlowLink.of(TOO_LATE)) {
      first = redis.ask(TENANTS);
      redis.awaitGivenUp();
      later = redis.ask(LATER);
    }
    int rounds = redis.awaitDecided();

    assertThat(first).allMatch(Told::byFailureMode);
    assertThat(later).allMatch(Told::byFailureMode);
    assertThat(later).filteredOn(Told::atOnce).hasSizeGreaterThan(LATER / 2);
    assertThat(redis.calls() - before - (long) rounds * TENANTS)
        .as("calls that waited for Redis")
        .isLessThan(LATER / 2);
  }

  /** All come in one turn of the event loop, so that no answer makes room. */
  @Test
  void whatExceedsTheQueueIsDecidedAtOnceAndTheQueueByRedis() throws Exception {
    var each = Sets.burst("all", 1, new CounterKeyPart.ClientAddress());
    estate.activate(epoch, Sets.of(Sets.tenant("crowd", BackendFailureMode.ALLOW, each)));
    var vertx = Vertx.vertx();
    try (var _ = SlowLink.of(LATE)) {
      Promise<Flood> done = Promise.promise();
      vertx.runOnContext(_ -> flood(vertx).onComplete(done));

      var flood = done.future().await(Estate.LONG.toSeconds(), TimeUnit.SECONDS);

      assertThat(flood.atOnce()).isEqualTo(MORE);
      assertThat(flood.told()).allMatch(DecisionResponse::allowed);
      assertThat(flood.told()).filteredOn(one -> one.by() == By.FAILURE).hasSize(MORE);
      assertThat(flood.told()).filteredOn(one -> one.by() == By.LIMITS).hasSize(MOST_WAITING);
    } finally {
      vertx.close().await();
    }
  }

  /**
   * What came of requests for one node.
   *
   * @param atOnce how many were answered before Redis was asked
   */
  private record Flood(long atOnce, List<DecisionResponse> told) {}

  /** By a service without its protocols, after a request by which it learns who owns the slots. */
  private static Future<Flood> flood(Vertx vertx) {
    var shards = ShardRouter.open(vertx, estate.cluster(Estate.LONG));
    var tokens = BearerTokenVerifier.start(vertx, Clock.systemUTC(), TokenSettings.NONE);
    var bounds = DeciderBounds.of(BackendFailureMode.DENY, MOST_WAITING, 1);
    var decider = new RateLimitDecider(vertx, estate.feed(), shards, tokens, bounds);
    int requests = MOST_WAITING + MORE;
    return decider
        .decide(client(requests))
        .compose(_ -> {
          var answers =
              IntStream.range(0, requests).mapToObj(i -> decider.decide(client(i))).toList();
          long atOnce = answers.stream().filter(Future::isComplete).count();
          return Future.join(answers).map(all -> new Flood(atOnce, all.list()));
        });
  }

  private static DecisionRequest client(int number) {
    String address = "10.0.%d.%d".formatted(number >> 8, number & 255);
    return new DecisionRequest(
        "edge-1", "crowd.api.example.com", "GET", "/", address, "", 1, _ -> "");
  }

  /** So that no request is late for another reason. */
  private static void warmUp() {
    estate.activate(epoch, TroubledRedis.set(1_000_000));
    redis.awaitDecided();
  }

  private static long admitted(List<Told> told, int tenant) {
    return IntStream.range(0, told.size())
        .filter(i -> i % TENANTS == tenant && told.get(i).status() == 204)
        .count();
  }
}
