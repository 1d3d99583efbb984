package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * A primary that was started again and loads its data for as long as the test wants, for which it
 * answers each call that it is {@code LOADING}. Tenants of one group have their counters there.
 */
@Slow(
    guard = "dev.deployclaw.ratelimit.redis.NotServingNodeTest",
    because = "it starts a cluster, and one of its nodes again")
class LoadingRedisTest {
  private static final String GROUP = "group";
  private static final String OPEN = "open";
  private static final String SHUT = "shut";
  private static final String LEASED = "leased";

  /** So low that what is asked afterwards exceeds it. */
  private static final long LIMIT = 400;

  private static final int ASKED = 50;
  private static final int KEYS = 2_000;
  private static final int VALUE_BYTES = 2_048;

  /** As long as it takes for each key, so for 40 seconds, unless it is told otherwise meanwhile. */
  private static final List<String> SLOWLY =
      List.of("key-load-delay 20000", "loading-process-events-interval-bytes 1024");

  @TempDir static Path folder;
  @AutoClose private static Estate estate;
  private static final List<Told> WHILE_LOADING = new ArrayList<>();
  private static final List<Told> LEASED_WHILE_LOADING = new ArrayList<>();
  private static ServiceUsage.Leases saved;
  private static ServiceUsage.Leases spent;
  private static long before;
  private static long decided;
  private static long calls;

  /** What one request was told. */
  private record Told(String tenant, int status, boolean epoch, String failure) {
    boolean isAdmitted() {
      return status == 204;
    }

    boolean isLoading() {
      return !epoch && failure.startsWith("LOADING");
    }

    boolean isRefused() {
      return status == 403 && epoch;
    }
  }

  @BeforeAll
  static void restartPrimary() throws Exception {
    estate = Estate.start(folder, 0);
    estate.activate(1, set());
    var address = estate.primaryOf(RedisKeyLayout.policyKey(GROUP, LEASED));
    var node = estate.redis().node(address);
    Estate.onNode(address, LoadingRedisTest::fill);
    Files.write(
        node.daemon().folder().resolve("redis.conf"), SLOWLY, StandardOpenOption.APPEND);
    before = LeasedLoad.untilInHand(estate, estate.port(), LoadingRedisTest::isAdmitted);
    saved = estate.leases();
    node.call("SAVE");

    node.daemon().restart();
    BoundedWait.until("the primary loads", Estate.LONG, () -> ask(OPEN).isLoading());
    LongStream.rangeClosed(0, saved.inHand()).forEach(_ -> LEASED_WHILE_LOADING.add(ask(LEASED)));
    spent = estate.leases();
    for (int i = 0; i < ASKED; i++) {
      WHILE_LOADING.add(ask(OPEN));
      WHILE_LOADING.add(ask(SHUT));
    }
    node.call("CONFIG", "SET", "key-load-delay", "0");
    BoundedWait.until("Redis decides", Estate.LONG, () -> isDecided(OPEN) && isDecided(SHUT));
    calls = TroubledRedis.calls(node);
  }

  @Test
  void eachAnswerIsTheFailureModesAndNoneWaits() {
    assertThat(WHILE_LOADING)
        .allMatch(Told::isLoading)
        .allMatch(told -> told.isAdmitted() == told.tenant().equals(OPEN));
    assertThat(calls).as("calls that Redis carried out afterwards").isEqualTo(decided);
  }

  @Test
  void unitsInHandAreSpentAndTheLimitIsNeverExceeded() throws Exception {
    long during = LEASED_WHILE_LOADING.stream().filter(Told::isAdmitted).count();
    long after = LeasedLoad.admittedOf(2 * LIMIT, List.of(LoadingRedisTest::isAdmitted));
    long last =
        LeasedLoad.until(
            "the limit is reached", () -> ask(LEASED), Told::isAdmitted, Told::isRefused);

    assertThat(during + spent.lapsed()).isEqualTo(saved.inHand() + saved.lapsed());
    assertThat(LEASED_WHILE_LOADING)
        .allMatch(told -> told.isAdmitted() || (told.isLoading() && told.status() == 403));
    assertThat(LEASED_WHILE_LOADING).last().matches(Told::isLoading);
    assertThat(before + during + after + last).isBetween(saved.inHand(), LIMIT);
  }

  private static PolicySet set() {
    var ahead = Sets.leased(LimitAlgorithm.FIXED_WINDOW, LIMIT, LimitPrecision.LONGEST_LEASE);
    var exact = Sets.burst("all", 1_000_000);
    return Sets.of(
        Sets.tenant(GROUP),
        child(Sets.tenant(OPEN, BackendFailureMode.ALLOW, exact)),
        child(Sets.tenant(SHUT, BackendFailureMode.DENY, exact)),
        child(Sets.tenant(LEASED, BackendFailureMode.DENY, ahead)));
  }

  private static TenantPolicy child(TenantPolicy tenant) {
    return Sets.child(tenant, GROUP);
  }

  /** What can't be compressed, so that the node looks for calls after each key that it loads. */
  private static void fill(Jedis node) {
    var random = new Random(1);
    byte[] value = new byte[VALUE_BYTES];
    var lines = node.pipelined();
    for (int i = 0; i < KEYS; i++) {
      random.nextBytes(value);
      lines.set(("{" + GROUP + "}:" + i).getBytes(StandardCharsets.UTF_8), value.clone());
    }
    lines.sync();
  }

  private static boolean isDecided(String tenant) {
    boolean byRedis = ask(tenant).epoch();
    decided += byRedis ? 1 : 0;
    return byRedis;
  }

  private static boolean isAdmitted() {
    return ask(LEASED).isAdmitted();
  }

  private static Told ask(String tenant) {
    HttpResponse<String> answer =
        estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()));
    var headers = answer.headers();
    return new Told(
        tenant,
        answer.statusCode(),
        headers.firstValue(DecideHeaders.EPOCH).isPresent(),
        headers.firstValue(DecideHeaders.FAILURE).orElse(""));
  }
}
