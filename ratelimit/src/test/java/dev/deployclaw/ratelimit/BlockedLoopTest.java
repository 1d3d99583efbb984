package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A service is as healthy as each of its event loops. */
class BlockedLoopTest {
  private static final int LOOPS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @Test
  void healthIsThatOfEachEventLoop() throws Exception {
    var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    var released = new CountDownLatch(1);
    var settings = settings();
    try (var feed = PolicyFeed.start(settings.etcd())) {
      var service = new RateLimitService(settings, feed);
      vertx
          .deployVerticle(service)
          .toCompletionStage()
          .toCompletableFuture()
          .get(1, TimeUnit.MINUTES);
      int port = service.port();
      BoundedWait.until("it is well", Estate.LONG, () -> health(port) == 200);

      block((VertxInternal) vertx, released);
      BoundedWait.until("the other loop says so", Estate.LONG, () -> health(port) == 503);
      released.countDown();

      BoundedWait.until("it is well again", Estate.LONG, () -> health(port) == 200);
      assertThat(health(port)).isEqualTo(200);
    } finally {
      released.countDown();
      vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
  }

  /** Each thread has one of the loops that decide. */
  private static void block(VertxInternal vertx, CountDownLatch released) {
    vertx
        .nettyEventLoopGroup()
        .next()
        .execute(() -> {
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** By a connection of its own, which may be with any loop; 0 without an answer. */
  private static int health(int port) {
    var url = URI.create("http://127.0.0.1:" + port + "/healthz");
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(url).timeout(PATIENCE).build();
      return http.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ServiceSettings settings() throws ServiceSettings.Invalid {
    int none = FreePortFinder.free();
    var read =
        ServiceSettings.read(
            List.of("--port=0", "--etcd=http://127.0.0.1:" + none, "--redis=127.0.0.1:" + none),
            Map.of());
    return new ServiceSettings(
        read.host(),
        read.port(),
        read.portFile(),
        read.etcd(),
        read.redis(),
        read.namespace(),
        read.fronts(),
        read.withoutPolicy(),
        LOOPS);
  }
}
