package dev.deployclaw.bench.view;

import static dev.deployclaw.bench.measure.FigureFormat.line;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.TimingSamples;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How quick the page of a long log is in a real browser. */
@Command(
    name = "view",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The page of a long log in Chromium: opened, moved in, filtered.")
public final class ViewBench extends BenchCommand<ViewBench.Figures> {
  private static final double MICROS_PER_MILLI = 1_000;
  private static final String HEAD = "  %-30s %10s %10s   %-36s %10s %7s%n";

  @Option(names = "--records", defaultValue = "100000", description = "of the log, 100000 at most")
  private int records;

  @Option(names = "--rounds", defaultValue = "7", description = "measured by turns")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "2",
      description = "rounds that are thrown away before")
  private int warmUp;

  public ViewBench(PrintWriter out) {
    super(out);
  }

  /** One act, in microseconds, and its floor. */
  record Measured(PageAction act, TimingSamples ours, TimingSamples floor) {
    double ratio() {
      return (double) ours.median() / floor.median();
    }

    Map<String, Object> json() {
      var json = new LinkedHashMap<String, Object>();
      json.put("act", act.word());
      json.put("median_us", ours.median());
      json.put("worst_us", ours.worst());
      json.put("floor_median_us", floor.median());
      json.put("ratio_milli", Math.round(ratio() * 1_000));
      return json;
    }
  }

  /**
   * All that is measured.
   *
   * @param bytes of the page
   */
  record Figures(long bytes, List<Measured> measured) {}

  @Override
  protected Figures measure(Path folder) throws Exception {
    try (var page = LogPageBrowser.of(folder, records)) {
      return new Figures(page.size(), measure(page));
    }
  }

  private List<Measured> measure(LogPageBrowser page) {
    var ours = new EnumMap<PageAction, List<Long>>(PageAction.class);
    var floor = new EnumMap<PageAction, List<Long>>(PageAction.class);
    for (int round = 0; round < warmUp + rounds; round++) {
      var took = page.look();
      var least = page.least();
      if (round >= warmUp) {
        keep(ours, took);
        keep(floor, least);
      }
    }
    var out = new ArrayList<Measured>();
    for (var act : PageAction.values()) {
      out.add(new Measured(act, samples(ours, act), samples(floor, act)));
    }
    return out;
  }

  private static void keep(Map<PageAction, List<Long>> all, Map<PageAction, Double> millis) {
    millis.forEach((act, ms) ->
        all.computeIfAbsent(act, _ -> new ArrayList<>()).add(Math.round(ms * MICROS_PER_MILLI)));
  }

  private static TimingSamples samples(Map<PageAction, List<Long>> all, PageAction act) {
    return new TimingSamples(Objects.requireNonNull(all.get(act), "every act is measured"));
  }

  @Override
  protected Map<String, Object> json(Figures figures) {
    return Map.of(
        "records", records,
        "bytes", figures.bytes(),
        "measured", figures.measured().stream().map(Measured::json).toList());
  }

  @Override
  protected void print(Figures figures, PrintWriter out) {
    line(out, "  %,d records, a page of %,d bytes%n", records, figures.bytes());
    line(out, HEAD, "", "median ms", "worst", "floor", "ms", "ratio");
    for (var one : figures.measured()) {
      line(
          out,
          "  %-30s %10.1f %10.1f   %-36s %10.1f %7.2f%n",
          one.act().title(),
          one.ours().median() / MICROS_PER_MILLI,
          one.ours().worst() / MICROS_PER_MILLI,
          one.act().floorTitle(),
          one.floor().median() / MICROS_PER_MILLI,
          one.ratio());
    }
  }
}
