package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Leased limits against exact ones: what they save, and what they cost. */
@Command(
    name = "leases",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Leased limits against exact ones, by algorithm and number of instances.")
public final class LeaseBench extends BenchCommand<List<LeaseFigures>> {
  @Option(names = "--instances", split = ",", defaultValue = "1,4,16", description = "how many")
  private List<Integer> instances = new ArrayList<>();

  @Option(names = "--callers", defaultValue = "64", description = "who ask at the same time")
  private int callers;

  @Option(
      names = "--requests",
      defaultValue = "50000",
      description = "requests in one turn of exact limits")
  private int requests;

  @Option(names = "--rounds", defaultValue = "1", description = "measured rounds")
  private int rounds;

  @Option(names = "--seconds", defaultValue = "6", description = "of random arrivals, each time")
  private int seconds;

  @Option(names = "--plot", description = "an SVG file that shows Redis CPU")
  private Optional<Path> plot = Optional.empty();

  public LeaseBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<LeaseFigures> measure(Path folder) throws IOException, InterruptedException {
    var all =
        new LeaseMeasurement(callers, requests, rounds, Duration.ofSeconds(seconds))
            .table(folder, instances);
    if (plot.isPresent()) {
      Files.writeString(plot.get(), LeasePlot.svg(all));
    }
    return all;
  }

  @Override
  protected List<FigureTable<?>> tables(List<LeaseFigures> figures) {
    return List.of(LeaseFigures.table(figures));
  }
}
