package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.measure.BenchWorkload;
import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.measure.WorkloadMeasurement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * As many callers as there are, each of whom asks again as soon as it has its answer: how much a
 * limiter can do.
 */
public record ClosedLoopLoad(RateLimiter limiter, Traffic traffic, TurnMeter meter)
    implements BenchWorkload {
  private static final long MOST_MINUTES = 2;

  /** Coprime to any number of tenants up to itself, so that all come by turns, not in order. */
  private static final int STRIDE = 7_919;

  /** Requests in one turn, and tenants among whom they are spread; 1 is a hot key. */
  public record Traffic(int callers, int requests, int tenants) {
    public int tenant(int request) {
      return (int) ((long) request * STRIDE % tenants);
    }
  }

  @Override
  public String title() {
    return limiter.title();
  }

  @Override
  public WorkloadMeasurement turn() throws InterruptedException {
    return meter.around(traffic.requests(), () -> new Run().all());
  }

  /** One turn. */
  private final class Run {
    private final AtomicInteger issued = new AtomicInteger();
    private final CountDownLatch left = new CountDownLatch(traffic.callers());
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    void all() throws InterruptedException {
      for (int i = 0; i < traffic.callers(); i++) {
        next();
      }
      if (!left.await(MOST_MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(title() + " doesn't answer");
      }
      var failed = failure.get();
      if (failed != null) {
        throw new IllegalStateException(title() + " failed", failed);
      }
    }

    private void next() {
      for (int i = issued.getAndIncrement(); goesOn(i); i = issued.getAndIncrement()) {
        var answer = limiter.ask(traffic.tenant(i)).toCompletableFuture();
        if (!answer.isDone()) {
          var _ = answer.whenComplete((_, e) -> then(e));
          return;
        }
        if (answer.isCompletedExceptionally()) {
          failed(answer.exceptionNow());
        }
      }
      left.countDown();
    }

    private boolean goesOn(int request) {
      return request < traffic.requests() && failure.get() == null;
    }

    private void then(@Nullable Throwable e) {
      if (e != null) {
        failed(e);
      }
      next();
    }

    private void failed(Throwable e) {
      failure.compareAndSet(null, e);
    }
  }
}
