package dev.deployclaw.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The phases of runs, for reading. */
final class RunTable {
  private static final String ROW = "  %-14s %12s %12s%n";

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
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%.1f", micros / 1e3);
  }
}
