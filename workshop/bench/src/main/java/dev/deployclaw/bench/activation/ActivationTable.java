package dev.deployclaw.bench.activation;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.millis;

import dev.deployclaw.bench.activation.SwitchTimes.Part;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.recovery.RecoveryFigures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The figures of changes from their commit on, for reading. */
final class ActivationTable {
  private static final String ROW = "  %-28s %10s %10s %10s%n";
  private static final String RANKS = "  %-28s %4s %10s %10s %10s%n";

  private ActivationTable() {}

  static void print(ActivationBench.Figures figures, PrintWriter out) {
    figures.switches().forEach((tenants, of) -> print(tenants, of, out));
    var votes = figures.votes();
    line(out, "%d votes in one prepare%n", votes.participants());
    line(out, ROW, "ms", "median", "best", "worst");
    row("all votes", votes.votes(), out);
    row("as many bare reads", votes.reads(), out);
    line(out, "  vote / bare read %.2f%n%n", votes.ratioMilli() / 1e3);
  }

  static void print(RecoveryFigures recovered, PrintWriter out) {
    var counts = recovered.counts();
    line(
        out,
        "%d agents killed, a lease of %d s; %d recovered by more than one try, %d ended before%n",
        counts.kills(),
        recovered.lease().toSeconds(),
        counts.again(),
        counts.missed());
    line(out, RANKS, "ms", "of", "p50", "p99", "max");
    recovered.allNew().ifPresent(s -> ranks("SIGKILL to all new", s, out));
    recovered.forward().ifPresent(s -> ranks("to recovered, committed", s, out));
    recovered.back().ifPresent(s -> ranks("to recovered, not committed", s, out));
    ranks("recover, nothing to do", recovered.idle(), out);
  }

  private static void print(int tenants, Map<Part, TimingSamples> of, PrintWriter out) {
    line(out, "%,d tenants%n", tenants);
    line(out, ROW, "ms", "median", "best", "worst");
    for (Part part : Part.values()) {
      row(part.title(), part(of, part), out);
    }
    long loaded = part(of, Part.LOADED).median();
    for (var part : List.of(Part.SPREAD, Part.PUBLISHED)) {
      line(out, "  %s / bare load %.2f%n", part.title(), (double) part(of, part).median() / loaded);
    }
    out.println();
  }

  private static TimingSamples part(Map<Part, TimingSamples> of, Part part) {
    return Objects.requireNonNull(of.get(part), part.title());
  }

  private static void row(String title, TimingSamples samples, PrintWriter out) {
    line(
        out, ROW, title, millis(samples.median()), millis(samples.best()), millis(samples.worst()));
  }

  private static void ranks(String title, TimingSamples samples, PrintWriter out) {
    line(
        out,
        RANKS,
        title,
        samples.sortedNanos().size(),
        millis(samples.rank(50)),
        millis(samples.rank(99)),
        millis(samples.worst()));
  }
}
