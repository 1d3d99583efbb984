package dev.deployclaw.bench.decision;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.function.FunctionWorkloads;
import dev.deployclaw.bench.lease.LeaseMeasurement;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.GrpcLimiter;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a decision costs: each algorithm's function and several limits in one call against a bare
 * {@code INCR}, and the rate limit service against its peers, on one Redis.
 */
@Command(
    name = "decide",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Decisions: the function against INCR, the service against its peers.")
public final class DecideBench extends BenchCommand<DecideBench.Figures> {
  /**
   * A turn of one hot key or of leased limits is so many times as long: they are so much faster.
   */
  private static final int LONGER = 10;

  @Option(
      names = "--calls",
      defaultValue = "20000",
      description = "calls of a function in one turn")
  private int calls;

  @Option(names = "--rounds", defaultValue = "9", description = "measured rounds")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "4", description = "rounds thrown away before")
  private int warmUp;

  @Option(
      names = "--tenants",
      defaultValue = "10000",
      description = "among whom requests are spread")
  private int tenants;

  @Option(names = "--callers", defaultValue = "64", description = "who ask at the same time")
  private int callers;

  @Option(
      names = "--requests",
      defaultValue = "10000",
      description = "requests to a limiter in one turn")
  private int requests;

  @Option(names = "--seconds", defaultValue = "3", description = "of random arrivals in one round")
  private int seconds;

  @Option(
      names = "--arrivals",
      defaultValue = "7",
      description = "rounds of random arrivals, after one of warm-up")
  private int arrivalRounds;

  @Option(names = "--summary", description = "one JSON object of ratios on the last line")
  private boolean summary;

  public DecideBench(PrintWriter out) {
    super(out);
  }

  /** {@code algorithms} with a bare {@code INCR} first, {@code several} with one limit. */
  record Figures(
      List<WorkloadFigures> algorithms,
      List<WorkloadFigures> several,
      List<WorkloadFigures> spread,
      List<WorkloadFigures> hot,
      List<ArrivalFigures> arrivals,
      LeasedComparison leased) {}

  @Override
  protected Figures measure(Path folder) throws InterruptedException {
    var worst =
        new LeaseMeasurement(callers, requests, 1, Duration.ofSeconds(2L * seconds))
            .worst(folder.resolve("leases"));
    try (var estate = DecisionBenchEstate.start(folder, tenants)) {
      var functions = new FunctionWorkloads(estate.held(), estate.line(), calls);
      var algorithms = WorkloadFigures.measure(functions.algorithms(), warmUp, rounds);
      var several = WorkloadFigures.measure(functions.several(), warmUp, rounds);
      try (var limiters = LimiterComparison.of(estate, tenants, callers)) {
        var spread = limiters.measure(new Traffic(callers, requests, tenants), warmUp, rounds);
        var hot = limiters.measure(new Traffic(callers, requests * LONGER, 1), warmUp, rounds);
        var arrivals =
            limiters.arrivals(spread, tenants, arrivalRounds, Duration.ofSeconds(seconds));
        var leased =
            new LeasedComparison(LeasedComparison.overGrpc(estate, callers, requests), worst);
        return new Figures(algorithms, several, spread, hot, arrivals, leased);
      }
    }
  }

  @Override
  protected Optional<String> lastLine(Figures figures) {
    return summary ? Optional.of(DecideSummary.line(figures)) : Optional.empty();
  }

  @Override
  protected List<FigureTable<?>> tables(Figures figures) {
    return List.of(
        WorkloadFigures.functions("algorithms", "Functions, in one pipeline", figures.algorithms()),
        WorkloadFigures.functions(
            "several_limits", "Several limits in one call", figures.several()),
        WorkloadFigures.table("spread", "Spread keys", figures.spread()),
        WorkloadFigures.table("one_hot_key", "One hot key", figures.hot()),
        ArrivalFigures.table("Random arrivals, at half of each one's maximum", figures.arrivals()),
        WorkloadFigures.table(
            "leased", "Exact and leased, 1,000 busy keys", figures.leased().overGrpc()));
  }

  /** {@code overGrpc} with exact ones first; {@code worst} of all algorithms, in process. */
  record LeasedComparison(List<WorkloadFigures> overGrpc, LeaseMeasurement.Worst worst) {
    static final int KEYS = 1_000;

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
            new ClosedLoopLoad(
                leased, new Traffic(callers, requests * LONGER, KEYS), estate.meter());
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
}
