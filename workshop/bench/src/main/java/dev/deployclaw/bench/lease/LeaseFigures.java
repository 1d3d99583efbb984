package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.lease.LeaseSamples.Sample;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of the table.
 *
 * @param wide closed loop, limits that refuse nothing; the fewer keys the more instances there are,
 *     so that each instance has as many requests of a key
 * @param steady at four fifths of the limits
 * @param flood at twice the limits
 * @param early requests refused at four fifths of the limits that an exact limit admitted
 */
record LeaseFigures(
    Sample sample,
    int instances,
    WorkloadFigures wide,
    LeaseArrivals.Outcome steady,
    LeaseArrivals.Outcome flood,
    long early) {

  String title() {
    return sample.algorithm().word() + (sample.leased() ? ", leased" : ", exact");
  }

  /** In thousandths of a hundredth. */
  long earlyShare() {
    return Math.max(0, early) * 100_000 / Math.max(1, steady.asked());
  }

  long beyond() {
    return steady.beyond() + flood.beyond();
  }

  static List<Map<String, Object>> json(List<LeaseFigures> all) {
    return all.stream().map(LeaseFigures::json).toList();
  }

  private Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title());
    out.put("instances", instances);
    out.put("per_second", wide.perSecond());
    out.put("redis_cpu_each_ns", wide.redis().median());
    out.put("p50_us", steady.p50Nanos() / 1_000);
    out.put("p99_us", steady.p99Nanos() / 1_000);
    out.put("admitted_beyond", beyond());
    out.put("refused_early_thousandths_percent", earlyShare());
    return out;
  }
}
