package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.core.environment.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Requests that arrive at random (a Poisson process), whatever became of those before. A latency is
 * counted from when a request was due, so that waiting behind others is in it, and so is what the
 * bench itself is late.
 */
public final class OpenLoopLoad {
  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST_NANOS = 60 * SECOND;
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final int DIGITS = 3;
  private static final int MOST_UNDER_WAY = 200_000;
  private static final long SEED = 20;

  private final RateLimiter limiter;
  private final String title;
  private final long perSecond;
  private final ClosedLoopLoad.Traffic traffic;
  private final List<Long> halves = new ArrayList<>();
  private final List<Long> ninetyNines = new ArrayList<>();
  private final List<Long> worst = new ArrayList<>();

  /** How many arrive a second, on average, spread among the tenants of the traffic. */
  public OpenLoopLoad(RateLimiter limiter, long perSecond, ClosedLoopLoad.Traffic traffic) {
    this(limiter, limiter.title(), perSecond, traffic);
  }

  private OpenLoopLoad(
      RateLimiter limiter, String title, long perSecond, ClosedLoopLoad.Traffic traffic) {
    this.limiter = limiter;
    this.title = title;
    this.perSecond = perSecond;
    this.traffic = traffic;
  }

  public OpenLoopLoad asOftenAs(OpenLoopLoad other, String name) {
    return new OpenLoopLoad(limiter, name, other.perSecond, traffic);
  }

  /** By turns, in reversed order in every other round; the first round warms up. */
  public static List<ArrivalFigures> measure(List<OpenLoopLoad> loops, int rounds, Duration each)
      throws InterruptedException {
    for (int i = 0; i <= rounds; i++) {
      for (var loop : i % 2 == 1 ? loops.reversed() : loops) {
        loop.round(each, i > 0);
      }
    }
    return loops.stream().map(OpenLoopLoad::arrived).toList();
  }

  private ArrivalFigures arrived() {
    return new ArrivalFigures(
        title,
        perSecond,
        new TimingSamples(halves),
        new TimingSamples(ninetyNines),
        new TimingSamples(worst));
  }

  private void round(Duration length, boolean counts) throws InterruptedException {
    var run = new Run();
    run.all(length);
    if (counts) {
      halves.add(run.latencies.getValueAtPercentile(50));
      ninetyNines.add(run.latencies.getValueAtPercentile(99));
      worst.add(run.latencies.getMaxValue());
    }
  }

  /** One round. */
  private final class Run {
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    void all(Duration length) throws InterruptedException {
      var random = new Random(SEED);
      long begin = System.nanoTime();
      long end = begin + length.toNanos();
      double due = begin;
      int asked = 0;
      while (due < end && failure.get() == null) {
        waitUntil((long) due);
        ask(asked++, (long) due);
        bound(asked);
        due += -Math.log(1 - random.nextDouble()) * SECOND / perSecond;
      }
      settle(asked);
    }

    private void ask(int request, long due) {
      var _ =
          limiter
              .ask(traffic.tenant(request))
              .whenComplete((_, e) -> {
                if (e == null) {
                  latencies.recordValue(Math.clamp(System.nanoTime() - due, 0, LONGEST_NANOS));
                } else {
                  failure.compareAndSet(null, e);
                }
              });
    }

    private void bound(int asked) {
      if (asked - latencies.getTotalCount() > MOST_UNDER_WAY) {
        throw new IllegalStateException(title + " can't keep up");
      }
    }

    private void settle(int asked) throws InterruptedException {
      boolean settled =
          RetryPolicy.within(Duration.ofNanos(LONGEST_NANOS), PAUSE)
              .until(
                  over -> over, () -> latencies.getTotalCount() >= asked || failure.get() != null);
      if (!settled) {
        throw new IllegalStateException(title + " doesn't answer");
      }
      var failed = failure.get();
      if (failed != null) {
        throw new IllegalStateException(title + " failed", failed);
      }
    }
  }

  public static void waitUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
