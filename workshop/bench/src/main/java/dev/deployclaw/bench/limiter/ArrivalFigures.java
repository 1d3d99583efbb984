package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** Whole numbers only. */
  public Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title);
    out.put("arrivals_per_second", perSecond);
    out.put("p50_us", half.median() / 1_000);
    out.put("p99_us", ninetyNine.median() / 1_000);
    out.put("best_p99_us", ninetyNine.best() / 1_000);
    out.put("max_us", worst.worst() / 1_000);
    return out;
  }

  public static List<Map<String, Object>> json(List<ArrivalFigures> all) {
    return all.stream().map(ArrivalFigures::json).toList();
  }
}
