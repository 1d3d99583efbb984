package dev.deployclaw.bench.stage;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.TimingSamples;
import java.io.PrintWriter;
import java.util.Locale;

/** Figures for reading. */
final class StageTable {
  private static final String ROW = "  %-28s %9s %9s %9s %9s %12s%n";

  private StageTable() {}

  static void print(StageFigures figures, PrintWriter out) {
    line(
        out,
        "%,d tenants, %d rounds: %,d bytes written by a stage, %,d read by a prepare%n",
        figures.tenants(),
        figures.rounds(),
        figures.bytesWritten(),
        figures.bytesRead());
    line(out, ROW, "", "median ms", "best", "worst", "MB/s", "tenants/s");
    for (StageContender contender : figures.samples().keySet()) {
      row(contender, figures, out);
    }
    ratio(
        out,
        "stage / redis-cli --pipe",
        figures.ratio(StageContender.STAGE, StageContender.REDIS_CLI));
    figures.ratioWithoutStart().ifPresent(r -> ratio(out, "  without redis-cli's own start", r));
    ratio(
        out,
        "stage / raw socket write",
        figures.ratio(StageContender.STAGE, StageContender.RAW_WRITE));
    ratio(
        out,
        "prepare / raw socket read",
        figures.ratio(StageContender.PREPARE, StageContender.RAW_READ));
    out.println();
  }

  private static void row(StageContender contender, StageFigures figures, PrintWriter out) {
    TimingSamples samples = figures.of(contender);
    boolean moves = figures.bytes(contender) > 0;
    double seconds = samples.median() / 1e9;
    line(
        out,
        ROW,
        contender.title(),
        millis(samples.median()),
        millis(samples.best()),
        millis(samples.worst()),
        moves ? String.format(Locale.ROOT, "%.1f", figures.bytes(contender) / 1e6 / seconds) : "",
        moves ? whole(Math.round(figures.tenants() / seconds)) : "");
  }

  private static void ratio(PrintWriter out, String title, long thousandths) {
    line(out, "  %-32s %s%n", title, milli(thousandths));
  }
}
