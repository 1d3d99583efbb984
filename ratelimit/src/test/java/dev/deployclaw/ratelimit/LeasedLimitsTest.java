package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leased limits of real services before a real Redis Cluster. */
class LeasedLimitsTest extends EstateCases {
  private static final long REQUESTS = 2_000;

  /** Over before a flood is. */
  private static final Duration SHORT = Duration.ofMillis(50);

  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void severalServicesAdmitNoMoreThanTheLimit() throws Exception {
    assertAdmitsTheLimit(LimitAlgorithm.TOKEN_BUCKET, 4);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.LeasedLimitsTest#severalServicesAdmitNoMoreThanTheLimit",
      because = "it floods up to sixteen services with each algorithm")
  @ParameterizedTest
  @CsvSource({
    "TOKEN_BUCKET, 1",
    "TOKEN_BUCKET, 16",
    "GCRA, 1",
    "GCRA, 4",
    "GCRA, 16",
    "SLIDING_WINDOW, 1",
    "SLIDING_WINDOW, 4",
    "SLIDING_WINDOW, 16",
    "FIXED_WINDOW, 1",
    "FIXED_WINDOW, 4",
    "FIXED_WINDOW, 16"
  })
  void anyNumberOfServicesAdmitsNoMoreThanTheLimit(LimitAlgorithm algorithm, int services)
      throws Exception {
    assertAdmitsTheLimit(algorithm, services);
  }

  /** What isn't admitted lapsed, which every service says for itself. */
  private static void assertAdmitsTheLimit(LimitAlgorithm algorithm, int services)
      throws Exception {
    activate(Sets.leased(algorithm, REQUESTS, SHORT));
    var ports = new ArrayList<Integer>();
    var peers = new ArrayList<Estate.Peer>();
    for (int i = 0; i < services; i++) {
      var peer = estate.peer();
      peers.add(peer);
      ports.add(peer.port());
    }

    long admitted = admittedOf(2 * REQUESTS, ports);
    var usages = ports.stream().map(estate::usage).toList();

    long unspent = usages.stream().mapToLong(u -> leases(u).lapsed() + leases(u).inHand()).sum();
    long counted = usages.stream().mapToLong(u -> u.limits().getFirst().allowed()).sum();
    peers.forEach(Estate.Peer::close);
    assertThat(counted).isBetween(REQUESTS - unspent - 1, REQUESTS);
    assertThat(admitted).as("late answers are charged").isBetween(1L, counted);
  }

  @Test
  void whatAKilledServiceHadInHandIsLost() throws Exception {
    activate(Sets.leased(LimitAlgorithm.TOKEN_BUCKET, REQUESTS, LONG));
    var killed = estate.peer();
    long before = untilInHand(killed.port());
    long held = leases(estate.usage(killed.port())).inHand();

    killed.close();
    long after = admittedOf(REQUESTS, List.of(estate.port()));

    long later = estate.leases().inHand();
    assertThat(held).isPositive();
    assertThat(before + after + held + later)
        .as("each caller may have had one late answer, which is charged")
        .isBetween(REQUESTS - LeasedLoad.CALLERS, REQUESTS);
  }

  @Test
  void unitsInHandAreSpentWhileRedisCantBeAsked() {
    activate(Sets.leased(LimitAlgorithm.FIXED_WINDOW, REQUESTS, LONG));
    long _ = untilInHand(estate.port());
    long held = estate.leases().inHand();
    HttpResponse<String> spent;
    HttpResponse<String> without;
    var nodes = estate.redis().primaries();
    nodes.forEach(estate.redis()::pause);
    try {
      spent = decide(estate.port());
      for (long i = 1; i < held; i++) {
        decide(estate.port());
      }
      without = decide(estate.port());
    } finally {
      nodes.forEach(estate.redis()::resume);
    }
    estate.redis().awaitWhole(Estate.LONG);

    assertThat(spent.statusCode()).isEqualTo(204);
    assertThat(spent.headers().firstValue(DecideHeaders.EPOCH)).contains(Long.toString(epoch));
    assertThat(without.statusCode()).isEqualTo(403);
    assertThat(without.headers().firstValue(DecideHeaders.FAILURE)).isPresent();
  }

  @Test
  void aPublishDropsWhatWasLeasedBefore() {
    activate(Sets.leased(LimitAlgorithm.SLIDING_WINDOW, REQUESTS, LONG));
    long _ = untilInHand(estate.port());
    long held = estate.leases().inHand();

    epoch++;
    activate(Sets.leased(LimitAlgorithm.SLIDING_WINDOW, 1, LONG));
    var answer = decide(estate.port());

    assertThat(held).as("more than the lowered limit").isGreaterThan(1);
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue(DecideHeaders.EPOCH)).contains(Long.toString(epoch));
    assertThat(estate.leases().inHand()).isZero();
  }

  @Test
  void aConcurrencyLimitAfterALeasedOneIsExact() {
    activate(Sets.leased(LimitAlgorithm.SLIDING_WINDOW, REQUESTS, LONG));
    long _ = untilInHand(estate.port());

    epoch++;
    activate(Sets.atOnce("at-once", 2), Sets.leased(LimitAlgorithm.SLIDING_WINDOW, REQUESTS, LONG));
    var answers = List.of(decide(estate.port()), decide(estate.port()), decide(estate.port()));

    assertThat(answers).extracting(HttpResponse::statusCode).containsExactly(204, 204, 403);
    assertThat(answers)
        .allSatisfy(a ->
            assertThat(a.headers().firstValue(DecideHeaders.EPOCH)).contains(Long.toString(epoch)))
        .allSatisfy(a -> assertThat(a.headers().firstValue(DecideHeaders.FAILURE)).isEmpty());
  }

  private static void activate(Limit... limits) {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", limits)));
  }

  private static long untilInHand(int port) {
    return LeasedLoad.untilInHand(estate, port, () -> isAdmitted(port));
  }

  private static long admittedOf(long requests, List<Integer> ports) throws Exception {
    var callers = ports.stream().map(port -> (BooleanSupplier) () -> isAdmitted(port)).toList();
    return LeasedLoad.admittedOf(requests, callers);
  }

  private static boolean isAdmitted(int port) {
    return decide(port).statusCode() == 204;
  }

  private static HttpResponse<String> decide(int port) {
    return estate.get(port, "/v1/decide", Estate.question("acme", "/", Map.of()));
  }

  private static ServiceUsage.Leases leases(ServiceUsage usage) {
    return usage.leases().orElseThrow();
  }
}
