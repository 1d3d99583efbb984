package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leased limits of real services before a real Redis Cluster. */
class LeasedLimitsTest extends EstateCases {
  private static final long REQUESTS = 2_000;
  private static final int CALLERS = 16;

  /** Over before a flood is. */
  private static final Duration SHORT = Duration.ofMillis(50);

  private static final Duration LONG = Duration.ofSeconds(10);

  @AutoClose private static final HttpClient HTTP = HttpClient.newHttpClient();

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

    long admitted = admittedOf((int) (2 * REQUESTS), ports);
    var usages = ports.stream().map(LeasedLimitsTest::usage).toList();

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
    long held = leases(usage(killed.port())).inHand();

    killed.close();
    long after = admittedOf((int) REQUESTS, List.of(estate.port()));

    long later = leases(usage(estate.port())).inHand();
    assertThat(held).isPositive();
    assertThat(before + after + held + later)
        .as("each caller may have had one late answer, which is charged")
        .isBetween(REQUESTS - CALLERS, REQUESTS);
  }

  @Test
  void unitsInHandAreSpentWhileRedisCantBeAsked() {
    activate(Sets.leased(LimitAlgorithm.FIXED_WINDOW, REQUESTS, LONG));
    long _ = untilInHand(estate.port());
    long held = leases(usage(estate.port())).inHand();
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
    long held = leases(usage(estate.port())).inHand();

    epoch++;
    activate(Sets.leased(LimitAlgorithm.SLIDING_WINDOW, 1, LONG));
    var answer = decide(estate.port());

    assertThat(held).as("more than the lowered limit").isGreaterThan(1);
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue(DecideHeaders.EPOCH)).contains(Long.toString(epoch));
    assertThat(leases(usage(estate.port())).inHand()).isZero();
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

  /** Asks until a service holds units; answers how many requests it admitted. */
  private static long untilInHand(int port) {
    long[] admitted = new long[1];
    BoundedWait.until(
        "units are in hand",
        Estate.LONG,
        () -> {
          admitted[0] += decide(port).statusCode() == 204 ? 1 : 0;
          var leases = usage(port).leases();
          return leases.isPresent() && leases.get().inHand() > 1;
        });
    return admitted[0];
  }

  private static long admittedOf(int requests, List<Integer> ports) throws Exception {
    List<Callable<Long>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int port = ports.get(i % ports.size());
      callers.add(() -> {
        long admitted = 0;
        for (int n = 0; n < requests / CALLERS; n++) {
          admitted += decide(port).statusCode() == 204 ? 1 : 0;
        }
        return admitted;
      });
    }
    long admitted = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller : threads.invokeAll(callers)) {
        admitted += caller.get();
      }
    }
    return admitted;
  }

  private static HttpResponse<String> decide(int port) {
    return get(port, "/v1/decide", Estate.question("acme", "/", Map.of()));
  }

  private static ServiceUsage usage(int port) {
    return ServiceUsage.parse(get(port, "/v1/usage", Map.of()).body()).orElseThrow();
  }

  private static ServiceUsage.Leases leases(ServiceUsage usage) {
    return usage.leases().orElseThrow();
  }

  private static HttpResponse<String> get(int port, String path, Map<String, String> headers) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    headers.forEach(request::header);
    try {
      return HTTP.send(request.timeout(Estate.LONG).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
