package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.GatewayDecisionTimeout;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.nginx.NginxConfigFile;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that says nothing, a tenant whose limits open then, and a real gateway that waits. */
@Slow(
    guard = "dev.deployclaw.ratelimit.decision.DecisionDeadlinesTest",
    because = "it starts a cluster, a gateway and a service, and lets them wait")
class SilentRedisTest {
  private static final int REQUESTS = 33;
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
    var open = Sets.tenant("acme", BackendFailureMode.ALLOW, Sets.burst("all", 1_000_000));
    estate.activate(1, Sets.behind(WHO, "", open));
    upstream = FakeHttpServer.answering(200);
    port = FreePortFinder.free();
    nginx = NginxServer.start(folder.resolve("nginx"), rendered());
    BoundedWait.until("the gateway decides", Estate.LONG, () -> get().join() == 200);
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
      var first = IntStream.range(0, REQUESTS).mapToObj(_ -> get()).toList();
      var answers = first.stream().map(CompletableFuture::join).toList();
      var later = IntStream.range(0, REQUESTS).mapToObj(_ -> get().join()).toList();

      assertThat(answers).containsOnly(200);
      assertThat(later).containsOnly(200);
    } finally {
      estate.redis().nodes().forEach(estate.redis()::resume);
    }

    BoundedWait.until("Redis decides again", Estate.LONG, SilentRedisTest::isDecided);
  }

  /** By a limit: where Redis can't be asked, none is told. */
  private static boolean isDecided() {
    var answer = estate.get("/v1/decide", Estate.question("", "/pay", Map.of("x-tenant", "acme")));
    return answer.headers().firstValue("RateLimit").isPresent();
  }

  private static CompletableFuture<Integer> get() {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pay"))
            .header("X-Tenant", "acme")
            .timeout(Estate.LONG)
            .build();
    return HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .thenApply(HttpResponse::statusCode);
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
            List.of());
    return NginxConfigFile.render(PolicySet.EMPTY, Sets.edge(WHO), site).text();
  }
}
