package dev.deployclaw.bench.limiter;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.WorkloadFigures;
import java.io.PrintWriter;
import java.util.List;

/** What limiters do at most, and how long they take, for reading. */
public final class LimiterTable {
  private static final String ROW = "  %-36s %12s %10s %10s %10s %9s%n";

  private LimiterTable() {}

  /** Against the first. */
  public static void most(String title, List<WorkloadFigures> works, PrintWriter out) {
    out.println(title);
    line(out, ROW, "", "requests/s", "us each", "Redis CPU", "other CPU", "to first");
    for (var work : works) {
      line(
          out,
          ROW,
          work.title(),
          whole(work.perSecond()),
          milli(work.nanos().median()),
          milli(work.redis().median()),
          milli(work.own().median()),
          milli(work.timeRatio(works.getFirst())));
    }
    out.println();
  }

  public static void arrivals(String title, List<ArrivalFigures> all, PrintWriter out) {
    out.println(title);
    line(out, ROW, "ms", "arrivals/s", "p50", "p99", "best p99", "max");
    for (var one : all) {
      line(
          out,
          ROW,
          one.title(),
          whole(one.perSecond()),
          millis(one.half().median()),
          millis(one.ninetyNine().median()),
          millis(one.ninetyNine().best()),
          millis(one.worst().worst()));
    }
  }
}
