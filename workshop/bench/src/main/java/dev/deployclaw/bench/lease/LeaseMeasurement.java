package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.lease.LeaseSamples.Sample;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Leased limits beside exact ones on one Redis.
 *
 * @param callers who ask at the same time
 * @param requests in one turn of exact limits
 * @param rounds measured, after those that warm up
 * @param arrivals how long requests arrive at random, each time
 */
public record LeaseMeasurement(int callers, int requests, int rounds, Duration arrivals) {
  private static final int STEADY = 80;
  private static final int FLOOD = 200;

  private static final int FEW_INSTANCES = 4;

  /** A turn of leased limits is longer, so that each key's first requests are a small part. */
  private static final int LONGER = 5;

  /** Turns. The rate is measured over a lease, the first time while the key is still exact. */
  private static final int WARM_UP = 1;

  private static final int LEASED_WARM_UP = 8;

  /**
   * The worst of all algorithms.
   *
   * @param beyondShare of all requests, those that leased limits admitted beyond what they say
   * @param early requests that were refused too early, of those {@code asked}
   */
  public record Worst(BigDecimal beyondShare, long early, long asked) {
    static Worst of(List<LeaseFigures> figures) {
      var leased = figures.stream().filter(f -> f.sample().leased()).toList();
      var first =
          leased.stream().max(Comparator.comparingLong(LeaseFigures::earlyShare)).orElseThrow();
      long beyond = leased.stream().mapToLong(LeaseFigures::beyond).sum();
      long all = leased.stream().mapToLong(f -> f.steady().asked() + f.flood().asked()).sum();
      return new Worst(
          BigDecimal.valueOf(beyond).divide(BigDecimal.valueOf(all), MathContext.DECIMAL32),
          Math.max(0, first.early()),
          first.steady().asked());
    }
  }

  public Worst worst(Path folder) throws InterruptedException {
    return Worst.of(table(folder, List.of(FEW_INSTANCES)));
  }

  /** Each algorithm with each number of instances: an exact limit, then a leased one. */
  List<LeaseFigures> table(Path folder, List<Integer> instances) throws InterruptedException {
    List<LeaseFigures> all = new ArrayList<>();
    try (var estate = DecisionBenchEstate.start(folder, LeaseSamples.all())) {
      for (var algorithm : LeaseSamples.ALGORITHMS) {
        for (int number : instances) {
          all.addAll(pair(estate, algorithm, number));
        }
      }
    }
    return all;
  }

  private List<LeaseFigures> pair(
      DecisionBenchEstate estate, LimitAlgorithm algorithm, int instances)
      throws InterruptedException {
    try (var group = DeciderGroup.of(estate, instances)) {
      var exact = figures(estate, new Sample(algorithm, false, false), group);
      var leased = figures(estate, new Sample(algorithm, true, false), group);
      long early = leased.steady().refused() - exact.steady().refused();
      return List.of(
          exact,
          new LeaseFigures(
              leased.sample(), instances, leased.wide(), leased.steady(), leased.flood(), early));
    }
  }

  private LeaseFigures figures(DecisionBenchEstate estate, Sample wide, DeciderGroup group)
      throws InterruptedException {
    var tight = new Sample(wide.algorithm(), wide.leased(), true);
    var limiter =
        new GroupLimiter(group, wide.algorithm().word(), wide.questions(), new AtomicInteger());
    var traffic =
        new Traffic(
            callers,
            wide.leased() ? requests * LONGER : requests,
            Math.max(1, wide.tenants() / group.size()));
    var load = new ClosedLoopLoad(limiter, traffic, estate.meter());
    int warmUp = wide.leased() ? LEASED_WARM_UP : WARM_UP;
    var fast = WorkloadFigures.measure(List.of(load), warmUp, rounds).getFirst();
    estate.forget(tight.counters());
    var steady = LeaseArrivals.of(tight, group, STEADY, arrivals);
    LockSupport.parkNanos(tight.lease().toNanos());
    estate.forget(tight.counters());
    var flood = LeaseArrivals.of(tight, group, FLOOD, arrivals);
    return new LeaseFigures(wide, group.size(), fast, steady, flood, 0);
  }

  /**
   * Tenants whose limits refuse nothing, asked for by turns: a caller stays with the instance that
   * answered it. The group is the caller's to close.
   */
  private record GroupLimiter(
      DeciderGroup group, String title, List<DecisionRequest> questions, AtomicInteger turn)
      implements RateLimiter {
    @Override
    public CompletionStage<?> ask(int tenant) {
      int here = group.here();
      int instance = here < 0 ? turn.getAndIncrement() % group.size() : here;
      return group
          .ask(instance, questions.get(tenant))
          .compose(
              passes -> passes ? Future.succeededFuture() : Future.failedFuture(title + " refused"))
          .toCompletionStage();
    }

    @Override
    public void close() {}
  }
}
