package dev.deployclaw.bench.soak;

import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.HttpLimiter;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Callers each of whom asks again as soon as it is answered, from the start to the end: all that
 * the service can do. No caller may hear of an earlier epoch than before, and no answer may be an
 * error.
 */
final class FullLoad {
  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST_NANOS = 60 * SECOND;
  private static final int DIGITS = 3;

  private final HttpLimiter service;
  private final Traffic traffic;
  private final ConcurrentHistogram all = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
  private final ConcurrentHistogram marked = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
  private final SortedMap<Long, LongAdder> epochs = new ConcurrentSkipListMap<>();
  private final AtomicInteger issued = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch left;
  private final long begun;
  private volatile long markedFrom = Long.MAX_VALUE;
  private volatile boolean over;

  private FullLoad(HttpLimiter service, Traffic traffic) {
    this.service = service;
    this.traffic = traffic;
    left = new CountDownLatch(traffic.callers());
    begun = System.nanoTime();
  }

  /** Answers of the service are read as epochs; the traffic's number of requests is ignored. */
  static FullLoad start(HttpLimiter service, Traffic traffic) {
    var load = new FullLoad(service, traffic);
    for (int i = 0; i < traffic.callers(); i++) {
      load.ask(0);
    }
    return load;
  }

  /** The second that begins now is looked at by itself. */
  void mark() {
    markedFrom = System.nanoTime();
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** {@code marked} are those asked within the marked second; {@code epochs} count answers. */
  record Answers(
      long perSecond,
      ConcurrentHistogram all,
      ConcurrentHistogram marked,
      SortedMap<Long, LongAdder> epochs) {
    long of(long epoch) {
      return epochs.getOrDefault(epoch, new LongAdder()).sum();
    }
  }

  Answers end() throws InterruptedException {
    long nanos = System.nanoTime() - begun;
    over = true;
    if (!left.await(LONGEST_NANOS, TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the service doesn't answer");
    }
    var failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("the service failed", failed);
    }
    return new Answers(all.getTotalCount() * SECOND / nanos, all, marked, epochs);
  }

  /** With the epoch that this caller heard of last. */
  private void ask(long known) {
    if (over || hasFailed()) {
      left.countDown();
      return;
    }
    int request = issued.getAndIncrement() & Integer.MAX_VALUE;
    long since = System.nanoTime();
    var _ =
        service
            .ask(traffic.tenant(request))
            .whenComplete((epoch, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
                left.countDown();
              } else if (epoch < known) {
                failure.compareAndSet(
                    null, new IllegalStateException("epoch " + epoch + " after " + known));
                left.countDown();
              } else {
                record(epoch, since);
                ask(epoch);
              }
            });
  }

  private void record(long epoch, long since) {
    long nanos = Math.clamp(System.nanoTime() - since, 0, LONGEST_NANOS);
    all.recordValue(nanos);
    if (since >= markedFrom && since - markedFrom < SECOND) {
      marked.recordValue(nanos);
    }
    epochs.computeIfAbsent(epoch, _ -> new LongAdder()).increment();
  }
}
