package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewayDecisionTimeout;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Redis that says nothing, a tenant whose limits open then, one whose limit is leased, and a real
 * gateway that waits.
 */
@Slow(
    guard = "dev.deployclaw.ratelimit.decision.DecisionDeadlinesTest",
    because = "it starts a cluster, a gateway and a service, and lets them wait")
class SilentRedisTest {
  private static final int REQUESTS = 33;
  private static final String OPEN = "acme";
  private static final String LEASED = "umbrella";

  /** So low that what is asked afterwards exceeds it. */
  private static final long LIMIT = 400;

  private static final Gateway.Identity WHO = new Gateway.Identity.Header("x-tenant");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  @TempDir private static Path folder;
  private static Estate estate;
  private static FakeHttpServer upstream;
  private static NginxServer nginx;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, GatewayDecisionTimeout.NGINX.longestRedisTimeout());
    var open = Sets.tenant(OPEN, BackendFailureMode.ALLOW, Sets.burst("all", 1_000_000));
    var ahead = Sets.leased(LimitAlgorithm.FIXED_WINDOW, LIMIT, LimitPrecision.LONGEST_LEASE);
    estate.activate(1, Sets.behind(WHO, "", open, Sets.tenant(LEASED, ahead)));
    upstream = FakeHttpServer.answering(200);
    port = FreePortFinder.free();
    nginx = NginxServer.start(folder.resolve("nginx"), rendered());
    BoundedWait.until("the gateway decides", Estate.LONG, () -> passes(OPEN));
  }

  @AfterAll
  static void stop() {
    nginx.close();
    upstream.close();
    estate.close();
  }

  @Test
  void whatOpensWithoutRedisIsOpenThroughTheGateway() {
    estate.redis().nodes().forEach(estate.redis()::pause);
    try {
      var first = IntStream.range(0, REQUESTS).mapToObj(_ -> get(OPEN)).toList();
      var answers = first.stream().map(CompletableFuture::join).toList();
      var later = IntStream.range(0, REQUESTS).mapToObj(_ -> get(OPEN).join()).toList();

      assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
      assertThat(later).extracting(HttpResponse::statusCode).containsOnly(200);
    } finally {
      estate.redis().nodes().forEach(estate.redis()::resume);
    }

    BoundedWait.until("Redis decides again", Estate.LONG, () -> isByLimits(get(OPEN).join()));
  }

  @Test
  void unitsInHandPassTheGatewayAndNoMoreThanTheLimitDo() throws Exception {
    long before = LeasedLoad.untilInHand(estate, estate.port(), () -> passes(LEASED));
    long held = estate.leases().inHand();
    long spent;
    HttpResponse<Void> without;
    estate.redis().nodes().forEach(estate.redis()::pause);
    try {
      spent = LongStream.range(0, held).filter(_ -> passes(LEASED)).count();
      without = get(LEASED).join();
    } finally {
      estate.redis().nodes().forEach(estate.redis()::resume);
    }
    long after = admittedUntil("Redis decides again", SilentRedisTest::isByLimits);
    long rest = LeasedLoad.admittedOf(2 * LIMIT, List.of(() -> passes(LEASED)));
    long last = admittedUntil("the limit is reached", SilentRedisTest::isRefusedByLimits);

    assertThat(spent).as("without Redis").isEqualTo(held);
    assertThat(without.statusCode()).isEqualTo(429);
    assertThat(isByLimits(without)).isFalse();
    assertThat(before + spent + after + rest + last).isBetween(held, LIMIT);
  }

  private static long admittedUntil(String what, Predicate<HttpResponse<Void>> isLast) {
    return LeasedLoad.until(what, () -> get(LEASED).join(), SilentRedisTest::isAdmitted, isLast);
  }

  /** Where Redis can't be asked, no limit is told. */
  private static boolean isByLimits(HttpResponse<Void> answer) {
    return answer.headers().firstValue(DecideHeaders.RATE_LIMIT).isPresent();
  }

  private static boolean isRefusedByLimits(HttpResponse<Void> answer) {
    return isByLimits(answer) && answer.statusCode() == 429;
  }

  private static boolean isAdmitted(HttpResponse<Void> answer) {
    return answer.statusCode() == 200;
  }

  private static boolean passes(String tenant) {
    return isAdmitted(get(tenant).join());
  }

  private static CompletableFuture<HttpResponse<Void>> get(String tenant) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pay"))
            .header("X-Tenant", tenant)
            .timeout(Estate.LONG)
            .build();
    return HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding());
  }

  /** Closed without the service: that it opens is what the service says. */
  private static String rendered() {
    var to = upstream.address();
    var site =
        new GatewaySite(
            "127.0.0.1:" + port,
            "127.0.0.1:" + estate.port(),
            new TreeMap<>(Map.of("checkout", to, "web", to)),
            folder.resolve("nginx/nginx.pid"),
            folder.resolve("nginx/access.log"),
            true,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    return NginxConfigFile.render(PolicySet.EMPTY, Sets.edge(WHO), site).text();
  }
}
