package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.lease.LeaseSamples.Sample;
import dev.deployclaw.bench.limiter.OpenLoopLoad;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.policy.decision.ArrivalCurve;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Requests of tenants with tight limits that arrive at random (a Poisson process), each at a random
 * instance: what is admitted, and how long it takes from when a request was due. The same seed
 * brings leased and exact limits the same requests.
 */
final class LeaseArrivals {
  private static final long SECOND = 1_000_000_000L;
  private static final long MICRO = 1_000;
  private static final int DIGITS = 3;
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final Duration SETTLED = Duration.ofMinutes(1);
  private static final long SEED = 11;

  private final Sample sample;
  private final DeciderGroup group;
  private final ConcurrentHistogram latencies = new ConcurrentHistogram(SETTLED.toNanos(), DIGITS);
  private final AtomicLongArray admitted;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private LeaseArrivals(Sample sample, DeciderGroup group) {
    this.sample = sample;
    this.group = group;
    this.admitted = new AtomicLongArray(sample.tenants());
  }

  /**
   * What came of them; {@code beyond} what a limit admits in the time; times from when a request
   * was due.
   */
  record Outcome(long asked, long refused, long beyond, long p50Nanos, long p99Nanos) {}

  /** At a rate in percent of what the limits admit. */
  static Outcome of(Sample sample, DeciderGroup group, int percent, Duration length)
      throws InterruptedException {
    return new LeaseArrivals(sample, group).run(percent, length);
  }

  private Outcome run(int percent, Duration length) throws InterruptedException {
    var questions = sample.questions();
    var random = new Random(SEED);
    double perSecond = ArrivalCurve.perSecond(sample.limit()) * sample.tenants() * percent / 100;
    long begin = System.nanoTime();
    double due = begin;
    long asked = 0;
    while (due < begin + length.toNanos() && failure.get() == null) {
      OpenLoopLoad.waitUntil((long) due);
      int tenant = random.nextInt(sample.tenants());
      long since = (long) due;
      var _ =
          group
              .ask(random.nextInt(group.size()), questions.get(tenant))
              .onComplete(done -> answered(done, tenant, since));
      asked++;
      due += -Math.log(1 - random.nextDouble()) * SECOND / perSecond;
    }
    settle(asked);
    long micros = (System.nanoTime() - begin) / MICRO;
    return new Outcome(
        asked,
        asked - all().stream().mapToLong(Long::longValue).sum(),
        beyond(micros),
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99));
  }

  private void answered(AsyncResult<Boolean> done, int tenant, long since) {
    latencies.recordValue(Math.clamp(System.nanoTime() - since, 0, SETTLED.toNanos()));
    if (done.failed()) {
      failure.compareAndSet(null, done.cause());
    } else if (done.result()) {
      admitted.incrementAndGet(tenant);
    }
    answered.incrementAndGet();
  }

  /** Over the whole time: all that is spent in it was charged in it. */
  private long beyond(long micros) {
    long most = ArrivalCurve.most(sample.limit(), micros);
    return all().stream().mapToLong(n -> Math.max(0, n - most)).sum();
  }

  private List<Long> all() {
    return IntStream.range(0, admitted.length()).mapToObj(admitted::get).toList();
  }

  private void settle(long asked) throws InterruptedException {
    boolean settled =
        RetryPolicy.within(SETTLED, PAUSE)
            .until(over -> over, () -> answered.get() >= asked || failure.get() != null);
    var failed = failure.get();
    if (!settled || failed != null) {
      throw new IllegalStateException("requests weren't decided", failed);
    }
  }
}
