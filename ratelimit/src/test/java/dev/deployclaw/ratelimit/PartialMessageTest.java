package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of the quota protocol that begin and never end, over plain HTTP/2. */
@Slow(
    guard = "dev.deployclaw.ratelimit.QuotaProtocolTest",
    because = "it waits until a message took too long")
class PartialMessageTest {
  private static final String CALL =
      "/envoy.service.rate_limit_quota.v3.RateLimitQuotaService/StreamRateLimitQuotas";
  private static final int LENGTH = 1 << 20;

  private static final long CANCEL = 8;

  @TempDir static Path folder;
  private static final Vertx VERTX = Vertx.vertx();
  private static Estate estate;
  private static HttpClient client;

  private final Queue<HttpClientRequest> begun = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, 0);
    client =
        VERTX
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false))
            .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    estate.close();
  }

  @AfterEach
  void leave() throws Exception {
    for (var request : begun) {
      request.reset(CANCEL).otherwiseEmpty().toCompletionStage().toCompletableFuture().get();
    }
    begun.clear();
  }

  @Test
  void allOfThemTogetherHaveABound() throws Exception {
    var first = new CompletableFuture<String>();
    for (int i = 0; i < 40; i++) {
      begun(LENGTH - 1).onSuccess(first::complete).onFailure(first::completeExceptionally);
    }

    assertThat(first.get(1, TimeUnit.MINUTES)).isEqualTo("8");
  }

  @Test
  void oneThatTakesTooLongEndsItsStream() throws Exception {
    var status = begun(1).toCompletionStage().toCompletableFuture();

    assertThat(status.get(1, TimeUnit.MINUTES)).isEqualTo("14");
  }

  /** The service's status for a message of which only so many bytes come. */
  private static Future<String> begun(int bytes) {
    var some = Buffer.buffer().appendByte((byte) 0).appendInt(LENGTH);
    some.appendBytes(new byte[bytes]);
    return client
        .request(HttpMethod.POST, estate.grpcPort(), "127.0.0.1", CALL)
        .compose(request -> {
          // what is still open in the end is closed with the client
          request
              .exceptionHandler(_ -> {})
              .setChunked(true)
              .putHeader("content-type", "application/grpc");
          request.write(some);
          return request.response();
        })
        .map(response -> response.getHeader("grpc-status"));
  }
}
