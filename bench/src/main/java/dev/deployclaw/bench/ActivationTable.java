package dev.deployclaw.bench;

import dev.deployclaw.bench.Switch.Part;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The figures of changes from their commit on, for reading. */
final class ActivationTable {
  private static final String ROW = "  %-28s %10s %10s %10s%n";

  private ActivationTable() {}

  static void print(ActivationBench.Figures figures, PrintWriter out) {
    figures.switches().forEach((tenants, of) -> print(tenants, of, out));
    var votes = figures.votes();
    out.printf(Locale.ROOT, "%d votes in one prepare%n", votes.participants());
    out.printf(ROW, "ms", "median", "best", "worst");
    row("all votes", votes.votes(), out);
    row("as many bare reads", votes.reads(), out);
    out.printf(Locale.ROOT, "  vote / bare read %.2f%n%n", votes.ratioMilli() / 1e3);
  }

  static void print(Recoveries.Recovered recovered, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%d agents killed at their publish, a lease of %d s%n",
        recovered.allNew().sortedNanos().size(),
        recovered.lease().toSeconds());
    out.printf(ROW, "ms", "p50", "p99", "max");
    ranks("SIGKILL to all new", recovered.allNew(), out);
    ranks("SIGKILL to recovered", recovered.ended(), out);
    ranks("recover, nothing to do", recovered.idle(), out);
  }

  private static void print(int tenants, Map<Part, Samples> of, PrintWriter out) {
    out.printf(Locale.ROOT, "%,d tenants%n", tenants);
    out.printf(ROW, "ms", "median", "best", "worst");
    for (Part part : Part.values()) {
      row(part.title(), part(of, part), out);
    }
    long loaded = part(of, Part.LOADED).median();
    for (var part : List.of(Part.SPREAD, Part.PUBLISHED)) {
      out.printf(
          Locale.ROOT,
          "  %s / bare load %.2f%n",
          part.title(),
          (double) part(of, part).median() / loaded);
    }
    out.println();
  }

  private static Samples part(Map<Part, Samples> of, Part part) {
    return Objects.requireNonNull(of.get(part), part.title());
  }

  private static void row(String title, Samples samples, PrintWriter out) {
    out.printf(
        ROW, title, millis(samples.median()), millis(samples.best()), millis(samples.worst()));
  }

  private static void ranks(String title, Samples samples, PrintWriter out) {
    out.printf(
        ROW, title, millis(samples.rank(50)), millis(samples.rank(99)), millis(samples.worst()));
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
  }
}
