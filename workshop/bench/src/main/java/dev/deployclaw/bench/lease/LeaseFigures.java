package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.lease.LeaseSamples.Sample;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.util.List;

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

  static FigureTable<LeaseFigures> table(List<LeaseFigures> all) {
    return new FigureTable<>("leases", "Leased limits and exact ones", all)
        .text("", "title", LeaseFigures::title)
        .whole("instances", "instances", LeaseFigures::instances)
        .whole("decisions/s", "per_second", f -> f.wide.perSecond())
        .milli("Redis CPU", "redis_cpu_each_ns", f -> f.wide.redis().median())
        .millis("p50 ms", "p50_us", f -> f.steady.p50Nanos())
        .millis("p99 ms", "p99_us", f -> f.steady.p99Nanos())
        .whole("beyond", "admitted_beyond", LeaseFigures::beyond)
        .milli("early %", "refused_early_thousandths_percent", LeaseFigures::earlyShare);
  }
}
