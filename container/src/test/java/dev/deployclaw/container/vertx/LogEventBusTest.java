package dev.deployclaw.container.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LogEventBusTest {
  private final LogEventBus feed = new LogEventBus();

  @Test
  void wakesThoseWhoListenUntilTheyLeave() throws Exception {
    var woken = new AtomicInteger();
    try (var _ = feed.subscribe("a", woken::incrementAndGet)) {
      append("a", 1);
      append("a", 2);
      append("b", 1);
      feed.superseded("a");
    }
    append("a", 3);
    feed.superseded("a");

    assertThat(woken).hasValue(3);
  }

  private void append(String execution, long seq) {
    feed.appended(execution, new SealedRecord(new byte[0], new LogHead(seq, "")));
  }
}
