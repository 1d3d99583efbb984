package dev.deployclaw.bench.decision;

import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

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
  }

  /** Against the first. */
  private static void functions(String title, List<WorkloadFigures> works, PrintWriter out) {
    out.println(title);
    out.printf(Locale.ROOT, ROW, "", "calls/s", "us each", "Redis CPU", "to first", "wall");
    for (var work : works) {
      var floor = works.getFirst();
      out.printf(
          Locale.ROOT,
          ROW,
          work.title(),
          whole(work.perSecond()),
          number(work.nanos().median()),
          number(work.redis().median()),
          number(work.redisRatio(floor)),
          number(work.timeRatio(floor)));
    }
    out.println();
  }

  private static void limiters(String title, List<WorkloadFigures> works, PrintWriter out) {
    out.println(title);
    out.printf(Locale.ROOT, ROW, "", "requests/s", "us each", "Redis CPU", "other CPU", "to first");
    for (var work : works) {
      out.printf(
          Locale.ROOT,
          ROW,
          work.title(),
          whole(work.perSecond()),
          number(work.nanos().median()),
          number(work.redis().median()),
          number(work.own().median()),
          number(work.timeRatio(works.getFirst())));
    }
    out.println();
  }

  private static void arrivals(List<ArrivalFigures> all, PrintWriter out) {
    out.println("Random arrivals, at half of each one's maximum");
    out.printf(Locale.ROOT, ROW, "ms", "arrivals/s", "p50", "p99", "best p99", "max");
    for (var one : all) {
      out.printf(
          Locale.ROOT,
          ROW,
          one.title(),
          whole(one.perSecond()),
          millis(one.half().median()),
          millis(one.ninetyNine().median()),
          millis(one.ninetyNine().best()),
          millis(one.worst().worst()));
    }
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Thousandths. */
  private static String number(long milli) {
    return String.format(Locale.ROOT, "%.2f", milli / 1e3);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
  }
}
