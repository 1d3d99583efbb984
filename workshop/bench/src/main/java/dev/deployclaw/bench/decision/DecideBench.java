package dev.deployclaw.bench.decision;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.function.FunctionWorkloads;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a decision costs: each algorithm's function and several limits in one call against a bare
 * {@code INCR}, and the rate limit service against Bucket4j, on one Redis.
 */
@Command(
    name = "decide",
    mixinStandardHelpOptions = true,
    description = "Decisions: the function against INCR, the service against Bucket4j.")
public final class DecideBench implements Callable<Integer> {
  @Option(
      names = "--calls",
      defaultValue = "20000",
      description = "calls of a function in one turn (default: ${DEFAULT-VALUE})")
  private int calls;

  @Option(
      names = "--rounds",
      defaultValue = "9",
      description = "measured rounds (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "4",
      description = "rounds that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Option(
      names = "--tenants",
      defaultValue = "10000",
      description = "among whom requests are spread (default: ${DEFAULT-VALUE})")
  private int tenants;

  @Option(
      names = "--callers",
      defaultValue = "64",
      description = "who ask at the same time (default: ${DEFAULT-VALUE})")
  private int callers;

  @Option(
      names = "--requests",
      defaultValue = "10000",
      description = "requests to a limiter in one turn (default: ${DEFAULT-VALUE})")
  private int requests;

  @Option(
      names = "--seconds",
      defaultValue = "3",
      description = "of random arrivals, each of three times (default: ${DEFAULT-VALUE})")
  private int seconds;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  public DecideBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var figures = measure(scratch.path());
      if (reporting.json()) {
        out.println(CanonicalJson.text(json(figures)));
      } else {
        out.println(MachineDescription.now().text());
        DecideTable.print(figures, out);
      }
      out.flush();
    }
    return 0;
  }

  /**
   * All that is measured.
   *
   * @param algorithms a bare {@code INCR} first
   * @param several one limit first
   * @param arrivals at half of what {@code spread} came to
   */
  record Figures(
      List<WorkloadFigures> algorithms,
      List<WorkloadFigures> several,
      List<WorkloadFigures> spread,
      List<WorkloadFigures> hot,
      List<ArrivalFigures> arrivals) {}

  private Figures measure(Path folder) throws InterruptedException {
    try (var estate = DecisionBenchEstate.start(folder, tenants)) {
      var functions = new FunctionWorkloads(estate.held(), estate.line(), calls);
      var algorithms = WorkloadFigures.measure(functions.algorithms(), warmUp, rounds);
      var several = WorkloadFigures.measure(functions.several(), warmUp, rounds);
      try (var limiters = LimiterComparison.of(estate, tenants, callers)) {
        var spread = limiters.measure(new Traffic(callers, requests, tenants), warmUp, rounds);
        var hot = limiters.measure(new Traffic(callers, requests, 1), warmUp, rounds);
        var arrivals = limiters.arrivals(spread, tenants, Duration.ofSeconds(seconds));
        return new Figures(algorithms, several, spread, hot, arrivals);
      }
    }
  }

  private Map<String, Object> json(Figures figures) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("bench", "decide");
    document.put("machine", MachineDescription.now().json());
    document.put("callers", callers);
    document.put("tenants", tenants);
    document.put("algorithms", WorkloadFigures.json(figures.algorithms()));
    document.put("several_limits", WorkloadFigures.json(figures.several()));
    document.put("spread", WorkloadFigures.json(figures.spread()));
    document.put("one_hot_key", WorkloadFigures.json(figures.hot()));
    document.put("arrivals", ArrivalFigures.json(figures.arrivals()));
    return document;
  }
}
