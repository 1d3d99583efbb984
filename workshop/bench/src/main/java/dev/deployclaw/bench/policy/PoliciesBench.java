package dev.deployclaw.bench.policy;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.megabytes;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.seconds;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.BenchCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long policies of many tenants are validated, and how fast a log is replayed through them. */
@Command(
    name = "policies",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Validation of many tenants, and the replay of an access log.")
public final class PoliciesBench extends BenchCommand<PoliciesBench.Figures> {
  private static final String VALIDATED = "  %12s %10s %10s %9s %11s %13s %10s %9s%n";
  private static final String REPLAYED = "  %10s %12s %11s %11s %11s %11s %9s %9s%n";
  private static final long MEGABYTE = 1_000_000;

  @Option(
      names = "--tenants",
      split = ",",
      defaultValue = "10000,100000",
      description = "validated, one or more numbers; 0 for none")
  private List<Integer> tenants = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "measured validations of each number")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "3",
      description = "validations that are thrown away before")
  private int warmUp;

  @Option(
      names = "--megabytes",
      split = ",",
      defaultValue = "270,1080",
      description = "of logs, one or more numbers; 0 for none")
  private List<Integer> megabytes = List.of();

  @Option(names = "--replays", defaultValue = "3", description = "of each log")
  private int replays;

  @Option(
      names = "--log-tenants",
      defaultValue = "1000",
      description = "whose requests are in the logs")
  private int logTenants;

  @Option(names = "--heap", defaultValue = "128m", description = "of the command impact")
  private String heap = "";

  public PoliciesBench(PrintWriter out) {
    super(out);
  }

  /** Both kinds. */
  record Figures(List<ValidationFigures> validated, List<ReplayFigures> replayed) {}

  @Override
  protected Figures measure(Path folder) throws InterruptedException {
    return new Figures(validated(), replayed(folder));
  }

  private List<ValidationFigures> validated() {
    return tenants.stream()
        .filter(n -> n > 0)
        .map(n -> ValidationFigures.measure(n, warmUp, rounds))
        .toList();
  }

  private List<ReplayFigures> replayed(Path folder) throws InterruptedException {
    List<ReplayFigures> all = new ArrayList<>();
    var setting = new ReplayFigures.Setting(folder, logTenants, heap);
    for (int size : megabytes) {
      if (size > 0) {
        all.add(setting.measure(size * MEGABYTE, replays));
      }
    }
    return all;
  }

  @Override
  protected Map<String, Object> json(Figures figures) {
    return Map.of(
        "validated", figures.validated().stream().map(ValidationFigures::json).toList(),
        "replayed", figures.replayed().stream().map(ReplayFigures::json).toList());
  }

  @Override
  protected void print(Figures figures, PrintWriter out) {
    printValidated(figures.validated(), out);
    printReplayed(figures.replayed(), out);
  }

  private static void printValidated(List<ValidationFigures> all, PrintWriter out) {
    line(
        out,
        VALIDATED,
        "tenants",
        "read s",
        "checked s",
        "findings",
        "each one",
        "allocated MB",
        "most MB",
        "kept MB");
    for (var one : all) {
      line(
          out,
          VALIDATED,
          whole(one.tenants()),
          seconds(one.read().median()),
          seconds(one.checked().median()),
          whole(one.findings()),
          milli(ValidationFigures.growth(all.getFirst(), one)),
          megabytes(one.allocated()),
          megabytes(one.most()),
          megabytes(one.kept()));
    }
    out.println();
  }

  private static void printReplayed(List<ReplayFigures> all, PrintWriter out) {
    line(
        out,
        REPLAYED,
        "MB",
        "lines",
        "impact/s",
        "readLine/s",
        "wc -l/s",
        "start s",
        "ratio",
        "peak MB");
    for (var one : all) {
      line(
          out,
          REPLAYED,
          megabytes(one.log().bytes()),
          whole(one.log().lines()),
          whole(one.linesPerSecond()),
          whole(one.perSecond(one.reader().median())),
          whole(one.perSecond(one.wc().median())),
          seconds(one.start().median()),
          milli(one.ratio()),
          megabytes(one.peakBytes()));
    }
  }
}
