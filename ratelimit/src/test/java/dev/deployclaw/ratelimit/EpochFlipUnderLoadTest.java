package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Epochs that follow each other while callers ask without a pause. */
@Slow(
    guard = "dev.deployclaw.ratelimit.RateLimitServiceTest#switchesWithRedisAndKeepsTheCounters",
    because = "it keeps a service busy over several changes")
class EpochFlipUnderLoadTest {
  private static final int CALLERS = 16;
  private static final int TENANTS = 24;
  private static final int FLIPS = 5;
  private static final int ENOUGH = 1_000;

  /** So high that none is ever refused; each epoch has its own. */
  private static final long BURST = 1_000_000;

  @TempDir Path folder;

  /** What one request was told. */
  private record Told(int status, String epoch, String oldLimit, String failure) {
    static Told of(HttpResponse<String> answer) {
      var headers = answer.headers();
      return new Told(
          answer.statusCode(),
          headers.firstValue(DecideHeaders.EPOCH).orElse(""),
          headers.firstValue(DecideHeaders.OLD_LIMIT).orElse(""),
          headers.firstValue(DecideHeaders.FAILURE).orElse(""));
    }
  }

  @Test
  void everyRequestIsDecidedByOneWholeEpoch() throws Exception {
    try (var estate = Estate.start(folder, 0);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      estate.activate(1, set(1));
      var asked = new AtomicInteger();
      var told = new ConcurrentLinkedQueue<Told>();
      var callers = new ArrayList<Future<?>>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(threads.submit(caller(estate, asked, told)));
      }
      try {
        for (long epoch = 2; epoch <= 1 + FLIPS; epoch++) {
          await(told, told.size() + ENOUGH);
          estate.activate(epoch, set(epoch));
        }
        await(told, told.size() + ENOUGH);
      } finally {
        callers.forEach(caller -> caller.cancel(true));
      }

      assertThat(told).allSatisfy(one -> assertThat(whole()).contains(one));
      assertThat(told).extracting(Told::epoch).contains("1", Long.toString(1 + FLIPS));
    }
  }

  /** What may be told: the limit of the same epoch that is named, and no failure. */
  private static List<Told> whole() {
    var out = new ArrayList<Told>();
    for (long epoch = 1; epoch <= 1 + FLIPS; epoch++) {
      out.add(new Told(204, Long.toString(epoch), Long.toString(BURST + epoch), ""));
    }
    return out;
  }

  private static PolicySet set(long epoch) {
    return Sets.of(Sets.tenants(TENANTS, Sets.burst("all", BURST + epoch)));
  }

  private static Callable<Void> caller(Estate estate, AtomicInteger asked, Queue<Told> told) {
    return () -> {
      while (!Thread.currentThread().isInterrupted()) {
        String tenant = "t" + asked.getAndIncrement() % TENANTS;
        told.add(Told.of(estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()))));
      }
      return null;
    };
  }

  private static void await(Queue<Told> told, int number) {
    dev.deployclaw.testkit.BoundedWait.until(
        number + " answers came", Estate.LONG, () -> told.size() >= number);
  }
}
