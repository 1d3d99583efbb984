package dev.deployclaw.bench.decision;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.lease.LeaseMeasurement;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.GrpcLimiter;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import java.util.List;

/**
 * Leased limits against exact ones.
 *
 * @param overGrpc spread over {@link #KEYS} busy keys: exact ones first, then leased ones
 * @param worst of all algorithms, in process
 */
record LeasedComparison(List<WorkloadFigures> overGrpc, LeaseMeasurement.Worst worst) {
  static final int KEYS = 1_000;

  /** A turn of leased limits is so many times as long. */
  private static final int LONGER = 10;

  private static final int WARM_UP = 2;
  private static final int ROUNDS = 3;

  /**
   * One after the other, not by turns: a key that isn't asked for has no lease. Exact ones first
   * and last; the faster of the two counts.
   *
   * @param requests of a turn of exact limits
   */
  static List<WorkloadFigures> overGrpc(DecisionBenchEstate estate, int callers, int requests)
      throws InterruptedException {
    try (var exact = GrpcLimiter.to(estate.grpc(), Kind.TOKEN_BUCKET, KEYS);
        var leased = GrpcLimiter.to(estate.grpc(), Kind.LEASED, KEYS)) {
      var few = new ClosedLoopLoad(exact, new Traffic(callers, requests, KEYS), estate.meter());
      var many =
          new ClosedLoopLoad(leased, new Traffic(callers, requests * LONGER, KEYS), estate.meter());
      var first = measured(few);
      var ahead = measured(many);
      var last = measured(few);
      return List.of(first.perSecond() > last.perSecond() ? first : last, ahead);
    }
  }

  private static WorkloadFigures measured(ClosedLoopLoad load) throws InterruptedException {
    return WorkloadFigures.measure(List.of(load), WARM_UP, ROUNDS).getFirst();
  }
}
