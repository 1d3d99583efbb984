package dev.deployclaw.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The phases of runs, for reading. */
final class RunTable {
  private static final String ROW = "  %-14s %12s %12s%n";

  private static final String HOPS = "  %-14s %12s %12s %12s %12s%n";

  private RunTable() {}

  static void print(int gateways, RunFigures cold, List<RunFigures> runs, PrintWriter out) {
    var warm = RunFigures.median(runs);
    out.printf(
        "%d gateways; the reference run in a cold JVM, and %d changes of one limit in a warm one%n",
        gateways, runs.size());
    out.printf(ROW, "ms", "cold", "warm, median");
    cold.phases()
        .forEach((phase, micros) ->
            out.printf(ROW, phase, millis(micros), millis(warm.phases().getOrDefault(phase, 0L))));
    out.printf(ROW, "work", millis(cold.work()), millis(warm.work()));
    out.printf(ROW, "waiting", millis(cold.waiting()), millis(warm.waiting()));
    out.printf(ROW, "in all", millis(cold.duration()), millis(warm.duration()));
    for (String key : List.of("p50_us", "p99_us")) {
      out.printf(
          ROW,
          "probes' " + key.substring(0, 3),
          millis(cold.probes().getOrDefault(key, 0L)),
          millis(warm.probes().getOrDefault(key, 0L)));
    }
    out.printf(
        ROW,
        "probes",
        cold.probes().getOrDefault("requests", 0L),
        warm.probes().getOrDefault("requests", 0L));
  }

  /** What single requests took, a few milliseconds apart. */
  static void print(HopLatencies cold, HopLatencies warm, PrintWriter out) {
    out.printf(HOPS, "requests, ms", "cold p50", "p99", "warm p50", "p99");
    cold.byHop()
        .forEach((hop, times) -> {
          var later = Objects.requireNonNull(warm.byHop().get(hop));
          out.printf(
              HOPS,
              hop,
              nanos(times.rank(50)),
              nanos(times.rank(99)),
              nanos(later.rank(50)),
              nanos(later.rank(99)));
        });
  }

  private static String nanos(long nanos) {
    return millis(nanos / 1_000);
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%.1f", micros / 1e3);
  }
}
