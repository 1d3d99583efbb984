package dev.deployclaw.bench.decision;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.limiter.LimiterTable;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.io.PrintWriter;
import java.util.List;

/** The figures of decisions, for reading. */
final class DecideTable {
  private static final String ROW = "  %-36s %12s %10s %10s %10s %9s%n";

  private DecideTable() {}

  static void print(DecideBench.Figures figures, PrintWriter out) {
    functions("Functions, in one pipeline", figures.algorithms(), out);
    functions("Several limits in one call", figures.several(), out);
    LimiterTable.most("Spread keys", figures.spread(), out);
    LimiterTable.most("One hot key", figures.hot(), out);
    LimiterTable.arrivals(
        "Random arrivals, at half of each one's maximum", figures.arrivals(), out);
    LimiterTable.most("Exact and leased, 1,000 busy keys", figures.leased().overGrpc(), out);
  }

  /** Against the first. */
  private static void functions(String title, List<WorkloadFigures> works, PrintWriter out) {
    out.println(title);
    line(out, ROW, "", "calls/s", "us each", "Redis CPU", "to first", "wall");
    for (var work : works) {
      var floor = works.getFirst();
      line(
          out,
          ROW,
          work.title(),
          whole(work.perSecond()),
          milli(work.nanos().median()),
          milli(work.redis().median()),
          milli(work.redisRatio(floor)),
          milli(work.timeRatio(floor)));
    }
    out.println();
  }
}
