package dev.deployclaw.executors.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SentContentTest {
  private static final int CALLS = 50;

  private final SentContent sent = new SentContent("start");
  private final AtomicInteger transfers = new AtomicInteger();

  @Test
  void sendsOnceWhatManyCallsAskForAtTheSameTime() throws Exception {
    long asked = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls =
          IntStream.range(0, CALLS)
              .<Callable<Boolean>>mapToObj(_ -> () -> sent.send("a", asked, this::transfer))
              .toList();
      for (var each : threads.invokeAll(calls)) {
        assertThat(each.get()).isTrue();
      }
    }
    assertThat(transfers).hasValue(1);
  }

  @Test
  void sendsAgainWhatTheHostAsksForLater() throws Exception {
    sent.send("a", System.nanoTime(), this::transfer);
    sent.send("a", System.nanoTime(), this::transfer);

    assertThat(transfers).hasValue(2);
  }

  @Test
  void doesNotTakeAFailedTransferForSent() throws Exception {
    long asked = System.nanoTime();

    assertThat(sent.send("a", asked, () -> false)).isFalse();
    assertThat(sent.send("a", asked, this::transfer)).isTrue();
    assertThat(transfers).hasValue(1);
  }

  private boolean transfer() {
    transfers.incrementAndGet();
    return true;
  }
}
