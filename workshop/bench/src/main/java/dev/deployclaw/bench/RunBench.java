package dev.deployclaw.bench;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.lab.estate.LabEstate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The phases of the reference run on the lab: the first run of a cold JVM, then changes of one
 * limit in the same JVM, warm. Waiting for gateways and services is told apart from work. Every run
 * must be COMPLETED, else there is no figure.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The reference run's phases on the lab, cold and warm.")
final class RunBench extends BenchCommand<RunBench.Figures> {
  private static final List<String> CHANGES =
      List.of(
          "set umbrella's search limit to 600 per minute, burst 90",
          "set umbrella's search limit to 300 per minute, burst 50");

  @Option(names = "--gateways", defaultValue = "47", description = "gateways of the lab")
  private int gateways = LabEstate.GATEWAYS;

  @Option(
      names = "--rounds",
      defaultValue = "12",
      description = "warm changes; the first half warms up")
  private int rounds = 12;

  RunBench(PrintWriter out) {
    super(out);
  }

  /** {@code cold} right after the first of the runs, {@code warm} after all. */
  record Figures(List<RunFigures> runs, HopLatencies cold, HopLatencies warm) {}

  @Override
  protected Figures measure(Path folder) throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    try {
      lab.up(gateways, _ -> {});
      return measure(lab);
    } finally {
      lab.down();
    }
  }

  /** The first half of the changes warms up. */
  private List<RunFigures> warm(List<RunFigures> runs) {
    return runs.subList(1 + rounds / 2, runs.size());
  }

  private Figures measure(LabEstate lab) throws Exception {
    var runs = new ArrayList<RunFigures>();
    var config = ConfigReader.read(lab.config(), Map.of());
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      runs.add(run(agent, "Orchestrate the rate limit policies of all tenants"));
      var cold = HopLatencies.measure(config);
      for (int round = 0; round < rounds; round++) {
        runs.add(run(agent, CHANGES.get(round % CHANGES.size())));
      }
      return new Figures(runs, cold, HopLatencies.measure(config));
    }
  }

  private static RunFigures run(AgentRuntime agent, String request) throws InterruptedException {
    var ended = agent.changeService().run(new TaskRequest(request, "bench", Instant.now()));
    if (ended.result() != ExecutionStatus.COMPLETED) {
      throw new IllegalStateException(request + " ended " + ended.result() + ": " + ended.reason());
    }
    return RunFigures.of(agent.journal().read(ended.execution()).getLast());
  }

  @Override
  protected List<FigureTable<?>> tables(Figures figures) {
    return List.of(
        RunFigures.table(figures.runs().getFirst(), warm(figures.runs())),
        HopLatencies.table(figures.cold(), figures.warm()));
  }
}
