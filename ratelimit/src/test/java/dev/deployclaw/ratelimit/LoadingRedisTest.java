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
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/**
 * A primary that loads its data for as long as the test wants, and says to each call that it can't
 * serve it. Tenants of one group have their counters there.
 */
@Slow(
    guard = "dev.deployclaw.ratelimit.redis.NotServingNodeTest",
    because = "it starts a cluster, and one of its nodes again")
class LoadingRedisTest extends EstateCases {
  private static final String GROUP = "group";
  private static final String OPEN = "open";
  private static final String SHUT = "shut";
  private static final String LEASED = "leased";

  /** So low that what is asked afterwards exceeds it. */
  private static final long LIMIT = 400;

  private static final int ASKED = 50;
  private static final int KEYS = 2_000;
  private static final int VALUE_BYTES = 2_048;

  /** For each key in turn, of which there are {@link #KEYS}: far longer than the test asks. */
  private static final String SLOWLY = "20000";

  private static RedisNode node;

  /** How a primary comes to load what it had, and what it says to a decision meanwhile. */
  enum Trouble {
    RELOADED("LOADING "),

    /** To a member of a cluster that starts, the cluster is down at first. */
    RESTARTED("CLUSTERDOWN ");

    private final String word;

    Trouble(String word) {
      this.word = word;
    }

    private void begin(RedisNode loading) {
      if (this == RELOADED) {
        loading.call("CONFIG", "SET", "key-load-delay", SLOWLY);
        Thread.startVirtualThread(() -> reload(loading));
      } else {
        loading.call("SAVE");
        loading.daemon().restart();
      }
    }
  }

  private static void reload(RedisNode loading) {
    try {
      loading.call("DEBUG", "RELOAD");
    } catch (UncheckedIOException e) {
      // It takes longer than a call waits.
    }
  }

  /** What one request was told. */
  private record Told(String tenant, int status, boolean decided, String failure) {
    boolean isAdmitted() {
      return status == 204;
    }

    /** By the tenant's failure mode, and because of what the node said. */
    boolean isByFailureMode(Trouble trouble) {
      return !decided
          && failure.startsWith(trouble.word)
          && status == (tenant.equals(OPEN) ? 204 : 403);
    }

    boolean isRefused() {
      return status == 403 && decided;
    }
  }

  @BeforeAll
  static void allowLoadingSlowly() throws Exception {
    var address = estate.primaryOf(RedisKeyLayout.policyKey(GROUP, LEASED));
    node = estate.redis().node(address);
    var lines =
        List.of(
            "enable-debug-command local",
            "key-load-delay " + SLOWLY,
            "loading-process-events-interval-bytes 1024");
    Files.write(node.daemon().folder().resolve("redis.conf"), lines, StandardOpenOption.APPEND);
    estate.redis().restart(address);
    estate.redis().awaitWhole(Estate.LONG);
  }

  @ParameterizedTest
  @EnumSource
  void theFailureModeDecidesAtOnceUntilItServesAgain(Trouble trouble) throws Exception {
    estate.activate(epoch, set());
    Estate.onNode(node.address(), LoadingRedisTest::fill);
    long before = LeasedLoad.untilInHand(estate, estate.port(), () -> ask(LEASED).isAdmitted());
    var saved = estate.leases();

    trouble.begin(node);
    BoundedWait.until("the primary loads", Estate.LONG, () -> ask(OPEN).isByFailureMode(trouble));
    node.call("CONFIG", "RESETSTAT");
    var leased = LongStream.rangeClosed(0, saved.inHand()).mapToObj(_ -> ask(LEASED)).toList();
    var spent = estate.leases();
    var exact = new ArrayList<Told>();
    for (int i = 0; i < ASKED; i++) {
      exact.add(ask(OPEN));
      exact.add(ask(SHUT));
    }
    node.call("CONFIG", "SET", "key-load-delay", "0");
    long decided = untilDecided(OPEN) + untilDecided(SHUT);
    long calls = TroubledRedis.calls(node);

    assertThat(exact).allMatch(told -> told.isByFailureMode(trouble));
    assertThat(calls).as("calls that Redis carried out afterwards").isEqualTo(decided);
    assertLeased(trouble, leased, new Units(saved, spent), before);
  }

  /** What the service had in hand before it was asked, and then. */
  private record Units(ServiceUsage.Leases saved, ServiceUsage.Leases spent) {}

  /** Units in hand pass or lapse; then the failure mode decides, and afterwards the limit. */
  private static void assertLeased(Trouble trouble, List<Told> told, Units units, long before)
      throws Exception {
    long during = told.stream().filter(Told::isAdmitted).count();
    long after = LeasedLoad.admittedOf(2 * LIMIT, List.of(() -> ask(LEASED).isAdmitted()));
    long last =
        LeasedLoad.until(
            "the limit is reached", () -> ask(LEASED), Told::isAdmitted, Told::isRefused);

    assertThat(during + units.spent().lapsed())
        .isEqualTo(units.saved().inHand() + units.saved().lapsed());
    assertThat(told).allMatch(one -> one.isAdmitted() || one.isByFailureMode(trouble));
    assertThat(told).last().matches(one -> one.isByFailureMode(trouble));
    assertThat(before + during + after + last).isBetween(units.saved().inHand(), LIMIT);
  }

  /** Asks until Redis decides; answers how often it did. */
  private static long untilDecided(String tenant) {
    return LeasedLoad.until("Redis decides", () -> ask(tenant), Told::decided, Told::decided);
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
  private static void fill(Jedis primary) {
    var random = new Random(1);
    byte[] value = new byte[VALUE_BYTES];
    var lines = primary.pipelined();
    for (int i = 0; i < KEYS; i++) {
      random.nextBytes(value);
      lines.set(("{" + GROUP + "}:" + i).getBytes(StandardCharsets.UTF_8), value.clone());
    }
    lines.sync();
  }

  private static Told ask(String tenant) {
    var answer = estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()));
    var headers = answer.headers();
    return new Told(
        tenant,
        answer.statusCode(),
        headers.firstValue(DecideHeaders.EPOCH).isPresent(),
        headers.firstValue(DecideHeaders.FAILURE).orElse(""));
  }
}
