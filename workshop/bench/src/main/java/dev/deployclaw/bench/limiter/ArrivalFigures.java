package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.util.List;

/**
 * How long requests took that arrived at random, in nanoseconds from when they were due; each is
 * the figure of every round.
 *
 * @param perSecond how many arrived
 */
public record ArrivalFigures(
    String title,
    long perSecond,
    TimingSamples half,
    TimingSamples ninetyNine,
    TimingSamples worst) {

  public static FigureTable<ArrivalFigures> table(String title, List<ArrivalFigures> all) {
    return new FigureTable<>("arrivals", title, all)
        .text("ms", "title", ArrivalFigures::title)
        .whole("arrivals/s", "arrivals_per_second", ArrivalFigures::perSecond)
        .millis("p50", "p50_us", a -> a.half.median())
        .millis("p99", "p99_us", a -> a.ninetyNine.median())
        .millis("best p99", "best_p99_us", a -> a.ninetyNine.best())
        .millis("max", "max_us", a -> a.worst.worst());
  }
}
