package dev.deployclaw.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.lab.estate.LabEstate;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The phases of the reference run on the lab: the first run of a cold JVM, then changes of one
 * limit in the same JVM, warm. Waiting for gateways and services is told apart from work. Every run
 * must be COMPLETED, else there is no figure.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "The reference run's phases on the lab, cold and warm.")
final class RunBench implements Callable<Integer> {
  private static final String REFERENCE = "Orchestrate the rate limit policies of all tenants";
  private static final List<String> CHANGES =
      List.of(
          "set umbrella's search limit to 600 per minute, burst 90",
          "set umbrella's search limit to 300 per minute, burst 50");

  private final PrintWriter out;

  @Option(names = "--gateways", defaultValue = "47", description = "Default 47.")
  private int gateways = LabEstate.GATEWAYS;

  @Option(
      names = "--rounds",
      defaultValue = "12",
      description = "Warm changes; the first half warms up.")
  private int rounds = 12;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  RunBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var lab = LabEstate.in(scratch.path().resolve("lab"));
      try {
        lab.up(gateways, _ -> {});
        report(measure(lab));
      } finally {
        lab.down();
      }
    }
    return 0;
  }

  private void report(List<RunFigures> runs) throws IOException {
    var warm = runs.subList(1 + rounds / 2, runs.size());
    if (reporting.json()) {
      out.println(new ObjectMapper().writeValueAsString(document(runs.getFirst(), warm)));
    } else {
      RunTable.print(gateways, runs.getFirst(), warm, out);
    }
  }

  private Map<String, Object> document(RunFigures cold, List<RunFigures> warm) {
    return Map.of(
        "gateways", gateways, "cold", cold.json(), "warm", RunFigures.median(warm).json());
  }

  private List<RunFigures> measure(LabEstate lab) throws Exception {
    var runs = new ArrayList<RunFigures>();
    var config = ConfigReader.read(lab.config(), Map.of());
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      runs.add(run(agent, REFERENCE));
      for (int round = 0; round < rounds; round++) {
        runs.add(run(agent, CHANGES.get(round % CHANGES.size())));
      }
    }
    return runs;
  }

  private static RunFigures run(AgentRuntime agent, String request) throws InterruptedException {
    var ended = agent.changeService().run(new TaskRequest(request, "bench", Instant.now()));
    if (ended.result() != ExecutionStatus.COMPLETED) {
      throw new IllegalStateException(request + " ended " + ended.result() + ": " + ended.reason());
    }
    return RunFigures.of(agent.journal().read(ended.execution()).getLast());
  }
}
