package dev.deployclaw.bench.client;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.OpenLoopLoad;
import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.policy.redis.DecideCall;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The same calls of the decision function over one connection each of the service's own Redis
 * client, of Lettuce and of vertx-redis-client: with callers who ask again at once, then arriving
 * at random, equally often for all.
 */
@Command(
    name = "clients",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The service's Redis client against Lettuce and vertx-redis-client.")
public final class ClientBench extends BenchCommand<ClientBench.Figures> {
  private static final int ARRIVAL_ROUNDS = 3;

  /** Arrivals are so many parts of what the slowest does at most. */
  private static final int PART = 3;

  @Mixin private TurnOptions turns = new TurnOptions(9, 4);

  @Option(names = "--keys", defaultValue = "1000", description = "tenants, asked for by turns")
  private int keys;

  @Option(names = "--in-flight", defaultValue = "64", description = "calls under way at once")
  private int inFlight;

  @Option(names = "--calls", defaultValue = "20000", description = "calls in one turn")
  private int calls;

  @Option(names = "--seconds", defaultValue = "3", description = "of random arrivals, three times")
  private int seconds;

  public ClientBench(PrintWriter out) {
    super(out);
  }

  /** What is measured, the own client first. */
  record Figures(List<WorkloadFigures> most, List<ArrivalFigures> arrivals) {}

  @Override
  protected Figures measure(Path folder) throws InterruptedException {
    try (var estate = DecisionBenchEstate.start(folder, keys)) {
      var asked =
          IntStream.range(0, keys)
              .mapToObj(i -> new DecideCall(List.of(estate.charges(i)), 1, OptionalLong.empty()))
              .toList();
      try (var own = new OwnRedisClient(estate, asked);
          var lettuce = new LettuceClient(estate.redis(), asked);
          var vertx = new VertxRedisClient(estate.redis(), asked)) {
        return measure(estate, List.of(own, lettuce, vertx));
      }
    }
  }

  private Figures measure(DecisionBenchEstate estate, List<RateLimiter> clients)
      throws InterruptedException {
    var traffic = new Traffic(inFlight, calls, keys);
    var loads = clients.stream().map(c -> new ClosedLoopLoad(c, traffic, estate.meter())).toList();
    var most = WorkloadFigures.measure(loads, turns.warmUp(), turns.rounds());
    long slowest = most.stream().mapToLong(WorkloadFigures::perSecond).min().orElseThrow();
    var arrivals =
        clients.stream()
            .map(c -> new OpenLoopLoad(c, Math.max(1, slowest / PART), traffic))
            .toList();
    return new Figures(
        most, OpenLoopLoad.measure(arrivals, ARRIVAL_ROUNDS, Duration.ofSeconds(seconds)));
  }

  @Override
  protected List<FigureTable<?>> tables(Figures figures) {
    return List.of(
        WorkloadFigures.table(
            "clients",
            "Calls of the decision function, " + inFlight + " under way",
            figures.most()),
        ArrivalFigures.table(
            "Random arrivals, at a third of what the slowest does", figures.arrivals()));
  }
}
