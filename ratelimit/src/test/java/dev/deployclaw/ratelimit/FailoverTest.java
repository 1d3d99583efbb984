package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The service while a replica takes over from a primary, whose tenant with a leased limit asks. */
class FailoverTest {
  private static final int TENANTS = 12;
  private static final int CALLERS = 4;
  private static final String LEASED = "leased";

  /** So low that what is asked afterwards exceeds it. */
  private static final long LIMIT = 400;

  private static final String OF_LEASED = RedisKeyLayout.policyKey(LEASED, LEASED);

  @TempDir static Path folder;
  @AutoClose private static Estate estate;
  private static EpochPolicySet held;
  private static HostPort lost;
  private static long before;
  private static final Queue<Told> TOLD = new ConcurrentLinkedQueue<>();

  /** What one request was told. */
  private record Told(int status, boolean epoch, boolean failure) {
    static final Told ADMITTED = new Told(204, true, false);
    static final Told REFUSED = new Told(403, true, false);
    static final Told UNDECIDED = new Told(403, false, true);

    static Told of(HttpResponse<String> answer) {
      var headers = answer.headers();
      return new Told(
          answer.statusCode(),
          headers.firstValue(DecideHeaders.EPOCH).isPresent(),
          headers.firstValue(DecideHeaders.FAILURE).isPresent());
    }
  }

  @BeforeAll
  static void failOver() throws Exception {
    estate = Estate.start(folder, 1);
    held = estate.activate(1, set());
    lost = estate.primaryOf(OF_LEASED);
    before = LeasedLoad.untilInHand(estate, estate.port(), FailoverTest::isAdmitted);
    Estate.onNode(lost, FailoverTest::replicate);

    estate.redis().kill(lost);

    TOLD.add(ask(LEASED));
    var over = new AtomicBoolean();
    var callers = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(threads.submit(() -> askUntil(over)));
      }
      try {
        BoundedWait.until("every tenant is decided by Redis", Estate.LONG, () -> allDecided());
      } finally {
        over.set(true);
      }
    }
    callers.forEach(Future::resultNow);
  }

  @Test
  void decidesOnAfterAFailover() {
    BoundedWait.until(
        "the status is whole",
        Estate.LONG,
        () -> estate.status().decided().equals(Optional.of(new Held(1, held.digest()))));
    assertThat(estate.redis().primaries()).hasSize(3).doesNotContain(lost);
  }

  @Test
  void aLeasedLimitIsDecidedByAnEpochOrTheFailureModeAndNeverExceeded() throws Exception {
    long during = TOLD.stream().filter(Told.ADMITTED::equals).count();
    long after = LeasedLoad.admittedOf(2 * LIMIT, List.of(FailoverTest::isAdmitted));
    long last =
        LeasedLoad.until(
            "the limit is reached", () -> ask(LEASED), Told.ADMITTED::equals, Told.REFUSED::equals);

    assertThat(TOLD).first().as("from what was in hand").isEqualTo(Told.ADMITTED);
    assertThat(TOLD).contains(Told.UNDECIDED);
    assertThat(TOLD).isSubsetOf(Told.ADMITTED, Told.REFUSED, Told.UNDECIDED);
    assertThat(before + during + after + last).isLessThanOrEqualTo(LIMIT);
  }

  private static PolicySet set() {
    var ahead = Sets.leased(LimitAlgorithm.SLIDING_WINDOW, LIMIT, LimitPrecision.LONGEST_LEASE);
    var tenants = Sets.tenants(TENANTS + 1, Sets.burst("all", 1_000));
    tenants[TENANTS] = Sets.tenant(LEASED, ahead);
    return Sets.of(tenants);
  }

  /** A charge that no replica has is forgotten by a failover: here the replica has all. */
  private static void replicate(Jedis primary) {
    primary.hset(OF_LEASED, "replicated", "");
    assertThat(primary.waitReplicas(1, Estate.LONG.toMillis())).isOne();
  }

  private static void askUntil(AtomicBoolean over) {
    while (!over.get()) {
      TOLD.add(ask(LEASED));
    }
  }

  private static boolean allDecided() {
    var others = IntStream.range(0, TENANTS).mapToObj(i -> "t" + i);
    var leased = ask(LEASED);
    TOLD.add(leased);
    return leased.epoch() && others.map(FailoverTest::ask).allMatch(Told::epoch);
  }

  private static boolean isAdmitted() {
    return ask(LEASED).equals(Told.ADMITTED);
  }

  private static Told ask(String tenant) {
    return Told.of(estate.get("/v1/decide", Estate.question(tenant, "/", Map.of())));
  }
}
