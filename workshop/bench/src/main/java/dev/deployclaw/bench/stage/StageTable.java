package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.TimingSamples;
import java.io.PrintWriter;
import java.util.Locale;

/** Figures for reading. */
final class StageTable {
  private static final String ROW = "  %-28s %9s %9s %9s %9s %12s%n";

  private StageTable() {}

  static void print(StageFigures figures, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%,d tenants, %d rounds: %,d bytes written by a stage, %,d read by a prepare%n",
        figures.tenants(),
        figures.rounds(),
        figures.bytesWritten(),
        figures.bytesRead());
    out.printf(ROW, "", "median ms", "best", "worst", "MB/s", "tenants/s");
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
    out.printf(
        ROW,
        contender.title(),
        millis(samples.median()),
        millis(samples.best()),
        millis(samples.worst()),
        moves ? number("%.1f", figures.bytes(contender) / 1e6 / seconds) : "",
        moves ? number("%,.0f", figures.tenants() / seconds) : "");
  }

  private static void ratio(PrintWriter out, String title, long thousandths) {
    out.printf("  %-32s %s%n", title, number("%.2f", thousandths / 1e3));
  }

  private static String millis(long nanos) {
    return number("%.2f", nanos / 1e6);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
