package dev.deployclaw.bench.lease;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.BenchCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Leased limits against exact ones: what they save, and what they cost. */
@Command(
    name = "leases",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Leased limits against exact ones, by algorithm and number of instances.")
public final class LeaseBench extends BenchCommand<List<LeaseFigures>> {
  private static final String ROW = "  %-24s %9s %12s %10s %9s %9s %9s %9s%n";

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

  public LeaseBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<LeaseFigures> measure(Path folder) throws InterruptedException {
    return new LeaseMeasurement(callers, requests, rounds, Duration.ofSeconds(seconds))
        .table(folder, instances);
  }

  @Override
  protected Map<String, Object> json(List<LeaseFigures> figures) {
    return Map.of("callers", callers, "leases", LeaseFigures.json(figures));
  }

  @Override
  protected void print(List<LeaseFigures> figures, PrintWriter out) {
    line(
        out,
        ROW,
        "",
        "instances",
        "decisions/s",
        "Redis CPU",
        "p50 ms",
        "p99 ms",
        "beyond",
        "early %");
    for (var one : figures) {
      line(
          out,
          ROW,
          one.title(),
          whole(one.instances()),
          whole(one.wide().perSecond()),
          milli(one.wide().redis().median()),
          millis(one.steady().p50Nanos()),
          millis(one.steady().p99Nanos()),
          whole(one.beyond()),
          milli(one.earlyShare()));
    }
  }
}
