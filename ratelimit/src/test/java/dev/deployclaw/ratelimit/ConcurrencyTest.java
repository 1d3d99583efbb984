package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Places under a concurrency limit: taken by decisions, given back by hand, by NGINX, by time. */
class ConcurrencyTest extends EstateCases {
  private static final Duration LONG_LEASE = Duration.ofHours(1);

  @Test
  void aPlaceIsTakenByADecisionAndGivenBackByRelease() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", atOnce(2, LONG_LEASE))));

    var first = decide();
    var second = decide();
    var third = decide();

    assertThat(List.of(first.statusCode(), second.statusCode(), third.statusCode()))
        .containsExactly(204, 204, 403);
    assertThat(header(first, DecideHeaders.RATE_LIMIT_POLICY)).contains("\"busy\";q=2");
    assertThat(header(first, DecideHeaders.RATE_LIMIT)).contains("\"busy\";r=1");
    assertThat(header(third, DecideHeaders.RETRY_AFTER)).contains("1");
    assertThat(header(third, DecideHeaders.LEASE)).isEmpty();
    assertThat(release(header(first, DecideHeaders.LEASE))).isEqualTo(204);
    assertThat(release(header(first, DecideHeaders.LEASE))).isEqualTo(204);
    assertThat(decide().statusCode()).isEqualTo(204);
    assertThat(decide().statusCode()).isEqualTo(403);
  }

  @Test
  void whatACrashedClientHeldComesBackWhenItsLeaseEnds() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", atOnce(1, Duration.ofSeconds(1)))));
    var held = decide();

    BoundedWait.until("the lease ended", Estate.LONG, () -> decide().statusCode() == 204);

    assertThat(held.statusCode()).isEqualTo(204);
  }

  @Test
  void requestsThatLeaveTogetherHoldAPlaceEach() throws Exception {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", atOnce(40, LONG_LEASE))));

    var leases = decideAtOnce(100);
    assertThat(leases).hasSize(40).doesNotHaveDuplicates();
    leases.forEach(l -> assertThat(release(Optional.of(l))).isEqualTo(204));

    assertThat(decideAtOnce(100)).hasSize(40);
  }

  @Test
  void aPlaceIsGivenBackWhereTheLibraryIsGone() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", atOnce(1, LONG_LEASE))));
    var held = decide();
    estate.redis().primaries().forEach(n -> Estate.onNode(n, Jedis::functionFlush));

    assertThat(release(header(held, DecideHeaders.LEASE))).isEqualTo(204);

    assertThat(decide().statusCode()).isEqualTo(204);
  }

  @Test
  void saysWhatIsWrongWithARelease() {
    assertThat(release(Optional.empty())).isEqualTo(400);
    assertThat(release(Optional.of("bm90aGluZw"))).isEqualTo(400);
    assertThat(estate.get("/v1/release", Map.of()).statusCode()).isEqualTo(405);
  }

  @Test
  void nginxGivesAPlaceBackWhenTheRequestIsOver() throws Exception {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", atOnce(1, LONG_LEASE))));
    var open = new CountDownLatch(1);
    var inside = new AtomicInteger();
    var upstream = upstream(open, inside);
    int port = FreePortFinder.free();
    try (var nginx = NginxServer.start(folder.resolve("nginx"), config(port, upstream));
        var http = HttpClient.newHttpClient()) {
      assertThat(nginx.daemons()).hasSize(1);
      var slow = get(http, port, "/slow");
      BoundedWait.until("the first is under way", Estate.LONG, () -> inside.get() == 1);
      assertThat(get(http, port, "/").join().statusCode()).isEqualTo(403);

      open.countDown();

      assertThat(slow.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
      BoundedWait.until(
          "its place is free", Estate.LONG, () -> get(http, port, "/").join().statusCode() == 200);
      var gone = get(http, port, "/broken").join();
      assertThat(gone.statusCode()).isIn(403, 502);
      BoundedWait.until(
          "that of a broken one, too",
          Estate.LONG,
          () -> get(http, port, "/").join().statusCode() == 200);
    } finally {
      upstream.close();
    }
  }

  /** As the guide shows it. */
  private static String config(int port, FakeHttpServer upstream) {
    return """
    worker_processes 1;
    events { worker_connections 64; }
    http {
      %s
      server {
        listen 127.0.0.1:%d;
        location / {
          auth_request /_decide;
          auth_request_set $dc_lease $upstream_http_x_dc_lease;
          proxy_pass http://127.0.0.1:%d;
          post_action @release;
        }
        location = /_decide {
          internal;
          proxy_pass http://127.0.0.1:%d/v1/decide;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
          proxy_set_header X-DC-Gateway edge-1;
          proxy_set_header X-DC-Host acme.api.example.com;
          proxy_set_header X-DC-Method $request_method;
          proxy_set_header X-DC-Uri $request_uri;
          proxy_set_header X-DC-Client $remote_addr;
        }
        location @release {
          if ($dc_lease = "") { return 204; }
          proxy_method POST;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
          proxy_set_header X-DC-Lease $dc_lease;
          rewrite ^ /v1/release break;
          proxy_pass http://127.0.0.1:%d;
        }
      }
    }
    """
        .formatted(NginxServer.TEMP_PATHS, port, upstream.port(), estate.port(), estate.port());
  }

  private static FakeHttpServer upstream(CountDownLatch open, AtomicInteger inside) {
    return FakeHttpServer.start(request -> {
      inside.incrementAndGet();
      if (request.path().equals("/slow")) {
        try {
          open.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return request.path().equals("/broken")
          ? FakeHttpServer.Answer.of(0)
          : FakeHttpServer.Answer.of(200);
    });
  }

  private static CompletableFuture<HttpResponse<String>> get(
      HttpClient http, int port, String path) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Estate.LONG);
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }

  private static List<String> decideAtOnce(int requests) throws Exception {
    var leases = new ArrayList<String>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asked = new ArrayList<java.util.concurrent.Future<HttpResponse<String>>>();
      for (int i = 0; i < requests; i++) {
        asked.add(threads.submit(ConcurrencyTest::decide));
      }
      for (var one : asked) {
        header(one.get(1, TimeUnit.MINUTES), DecideHeaders.LEASE).ifPresent(leases::add);
      }
    }
    return leases;
  }

  private static HttpResponse<String> decide() {
    return estate.get("/v1/decide", Estate.question("acme", "/", Map.of()));
  }

  private static int release(Optional<String> lease) {
    Map<String, String> headers = lease.map(l -> Map.of(DecideHeaders.LEASE, l)).orElse(Map.of());
    return estate.post("/v1/release", headers).statusCode();
  }

  private static Optional<String> header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name);
  }

  private static Limit atOnce(long requests, Duration lease) {
    return Limit.tokenBucket("busy", RequestMatch.ANY, requests, lease)
        .by(LimitAlgorithm.CONCURRENCY);
  }
}
