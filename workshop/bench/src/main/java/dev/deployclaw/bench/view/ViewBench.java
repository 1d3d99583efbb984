package dev.deployclaw.bench.view;

import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How quick the page of a long log is in a real browser. */
@Command(
    name = "view",
    mixinStandardHelpOptions = true,
    description = "The page of a long log in Chromium: opened, moved in, filtered.")
public final class ViewBench implements Callable<Integer> {
  private static final double MICROS_PER_MILLI = 1_000;

  @Option(
      names = "--records",
      defaultValue = "100000",
      description = "of the log, 100000 at most (default: ${DEFAULT-VALUE})")
  private int records;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "measured by turns (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "2",
      description = "rounds that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  public ViewBench(PrintWriter out) {
    this.out = out;
  }

  /** One act, in microseconds, and its floor. */
  private record Measured(PageAction act, TimingSamples ours, TimingSamples floor) {
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

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch();
        var page = LogPageBrowser.of(scratch.path(), records)) {
      tell(page.size(), measure(page));
    }
    return 0;
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

  private void tell(long size, List<Measured> measured) {
    if (reporting.json()) {
      var document = new LinkedHashMap<String, Object>();
      document.put("bench", "view");
      document.put("machine", MachineDescription.now().json());
      document.put("records", records);
      document.put("bytes", size);
      document.put("measured", measured.stream().map(Measured::json).toList());
      out.println(CanonicalJson.text(document));
    } else {
      out.println(MachineDescription.now().text());
      out.printf(Locale.ROOT, "  %,d records, a page of %,d bytes%n", records, size);
      out.printf(
          "  %-30s %10s %10s   %-36s %10s %7s%n", "", "median ms", "worst", "floor", "ms", "ratio");
      measured.forEach(this::row);
    }
    out.flush();
  }

  private void row(Measured one) {
    out.printf(
        Locale.ROOT,
        "  %-30s %10.1f %10.1f   %-36s %10.1f %7.2f%n",
        one.act().title(),
        one.ours().median() / MICROS_PER_MILLI,
        one.ours().worst() / MICROS_PER_MILLI,
        one.act().floorTitle(),
        one.floor().median() / MICROS_PER_MILLI,
        one.ratio());
  }
}
