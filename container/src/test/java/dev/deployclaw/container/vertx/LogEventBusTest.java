package dev.deployclaw.container.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.BoundedWait;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogEventBusTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final LogEventBus events = new LogEventBus(LocalEventBus.of(vertx));

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void wakesThoseWhoListenUntilTheyLeave() throws Exception {
    var woken = new AtomicInteger();
    var last = new AtomicInteger();
    try (var _ = events.subscribe("a", woken::incrementAndGet);
        var _ = events.subscribe("end", last::incrementAndGet)) {
      append("a", 1);
      append("a", 2);
      append("b", 1);
      events.superseded("a");
      BoundedWait.until("it was told", SOON, () -> woken.get() == 3);
    }
    append("a", 3);
    events.superseded("a");
    try (var _ = events.subscribe("end", last::incrementAndGet)) {
      append("end", 1);
      BoundedWait.until("the bus went on", SOON, () -> last.get() == 1);
    }

    assertThat(woken).hasValue(3);
  }

  private void append(String execution, long seq) {
    events.appended(execution, new SealedRecord(new byte[0], new LogHead(seq, "")));
  }
}
