package dev.deployclaw.bench.decision;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.limiter.ArrivalFigures;
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
    limiters("Spread keys", figures.spread(), out);
    limiters("One hot key", figures.hot(), out);
    arrivals(figures.arrivals(), out);
    limiters("Exact and leased, 1,000 busy keys", figures.leased().overGrpc(), out);
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

  private static void limiters(String title, List<WorkloadFigures> works, PrintWriter out) {
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

  private static void arrivals(List<ArrivalFigures> all, PrintWriter out) {
    out.println("Random arrivals, at half of each one's maximum");
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
