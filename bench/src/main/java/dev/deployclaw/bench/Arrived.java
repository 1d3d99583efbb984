package dev.deployclaw.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long requests took that arrived at random, in nanoseconds from when they were due; each is
 * the figure of every round.
 *
 * @param perSecond how many arrived
 */
record Arrived(String title, long perSecond, Samples half, Samples ninetyNine, Samples worst) {

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title);
    out.put("arrivals_per_second", perSecond);
    out.put("p50_us", half.median() / 1_000);
    out.put("p99_us", ninetyNine.median() / 1_000);
    out.put("best_p99_us", ninetyNine.best() / 1_000);
    out.put("max_us", worst.worst() / 1_000);
    return out;
  }

  static List<Map<String, Object>> json(List<Arrived> all) {
    return all.stream().map(Arrived::json).toList();
  }
}
