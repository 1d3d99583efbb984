package dev.deployclaw.bench.log;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * So many records through a part of the log, and through the least that it could be, by turns.
 *
 * @param floorTitle what the floor is
 */
record LogThroughput(
    String title, long records, TimingSamples ours, String floorTitle, TimingSamples floor) {

  /** By the median. */
  long perSecond(TimingSamples taken) {
    return Math.round(records * 1e9 / taken.median());
  }

  /** In thousandths: how many times as long as the floor. */
  long ratio() {
    return ours.median() * 1_000 / floor.median();
  }

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title);
    out.put("records", records);
    out.put("median_us", ours.median() / 1_000);
    out.put("best_us", ours.best() / 1_000);
    out.put("records_per_second", perSecond(ours));
    out.put("floor", floorTitle);
    out.put("floor_median_us", floor.median() / 1_000);
    out.put("floor_records_per_second", perSecond(floor));
    out.put("ratio_milli", ratio());
    return out;
  }
}
