package dev.deployclaw.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.HttpLimiter;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One caller of a server that says which epoch and which limit decided, rightly or not. */
class FullLoadTest {
  private static final int ENOUGH = 4;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void stop() {
    var _ = vertx.close().await();
  }

  @Test
  void countsTheAnswersOfEachEpoch() throws Exception {
    var answers = load(request -> request < 2 ? 2 : 3, request -> request < 2 ? 1 : 0);

    assertThat(answers.epochs().keySet()).containsExactly(2L, 3L);
    assertThat(answers.of(2)).isEqualTo(2);
    assertThat(answers.all().getTotalCount()).isEqualTo(asked.get());
  }

  @Test
  void anEarlierEpochThanBeforeIsAnError() {
    assertThatThrownBy(() -> load(request -> 3 - request % 2, request -> request % 2))
        .hasRootCauseMessage("epoch 2 after 3");
  }

  @Test
  void theLimitOfAnotherEpochIsAnError() {
    assertThatThrownBy(() -> load(_ -> 3, request -> request / 2))
        .hasStackTraceContaining("answered HTTP/1.1 204")
        .hasStackTraceContaining(DecideHeaders.EPOCH + ": 3");
  }

  /**
   * @param epochs by the number of the request
   * @param less by how much the limit is less than the highest one
   */
  private FullLoad.Answers load(IntToLongFunction epochs, IntToLongFunction less)
      throws InterruptedException {
    var server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              int number = asked.getAndIncrement();
              request
                  .response()
                  .setStatusCode(204)
                  .putHeader(DecideHeaders.EPOCH, Long.toString(epochs.applyAsLong(number)))
                  .putHeader(
                      DecideHeaders.OLD_LIMIT,
                      Long.toString(Limit.MOST_REQUESTS - less.applyAsLong(number)))
                  .end();
            })
            .listen(0, "127.0.0.1")
            .await();
    var address = HostPort.loopback(server.actualPort());
    try (var clients = HttpLimiter.reading(address, 1, 1, FlipBench::epoch)) {
      var load = FullLoad.start(clients, new Traffic(1, 1, 1));
      BoundedWait.until(
          "it has asked enough, or no more",
          Duration.ofMinutes(1),
          () -> asked.get() >= ENOUGH || load.hasFailed());
      return load.end();
    }
  }
}
