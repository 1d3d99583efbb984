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
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  /**
   * Redis CPU of each decision as bars, in microseconds. SVG written out: a library for charts
   * would bring fonts and AWT for fifty rectangles.
   */
  private static final class LeasePlot {
    private static final int LEFT = 180;
    private static final int TOP = 40;
    private static final int ROW = 16;
    private static final int WIDTH = 380;
    private static final double NANOS = 1_000.0;

    static String svg(List<LeaseFigures> figures) {
      long most = figures.stream().mapToLong(LeasePlot::redisNanos).max().orElse(1);
      String bars =
          IntStream.range(0, figures.size())
              .mapToObj(i -> bar(figures.get(i), TOP + i * ROW, most))
              .collect(Collectors.joining());
      int height = TOP + figures.size() * ROW + 10;
      return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 %1$d" width="620" height="%1$d" font-family="sans-serif" font-size="11" fill="#333333">
      <rect width="620" height="%1$d" fill="#ffffff"/>
      <text x="8" y="20">Redis CPU of each decision, µs, by algorithm and number of services</text>
      %2$s</svg>
      """
          .formatted(height, bars);
    }

    private static String bar(LeaseFigures figures, int top, long most) {
      long nanos = redisNanos(figures);
      long width = Math.max(1, nanos * WIDTH / Math.max(1, most));
      return String.format(
          Locale.ROOT,
          """
          <text x="8" y="%d">%s, %d</text><rect x="%d" y="%d" width="%d" height="12" fill="%s"/><text x="%d" y="%1$d">%.2f</text>
          """,
          top + 10,
          figures.title(),
          figures.instances(),
          LEFT,
          top,
          width,
          figures.sample().leased() ? "#4f8a3c" : "#1f6f8b",
          LEFT + width + 6,
          nanos / NANOS);
    }

    private static long redisNanos(LeaseFigures figures) {
      return figures.wide().redis().median();
    }
  }
}
