package dev.deployclaw.bench.log;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.util.List;

/**
 * So many records through a part of the log, and through the least that it could be, by turns.
 *
 * @param floorTitle what the floor is
 */
record LogThroughput(
    String title, long records, TimingSamples ours, String floorTitle, TimingSamples floor) {

  /** By the median. */
  private long perSecond(TimingSamples taken) {
    return Math.round(records * 1e9 / taken.median());
  }

  /** In thousandths: how many times as long as the floor. */
  private long ratio() {
    return ours.median() * 1_000 / floor.median();
  }

  static FigureTable<LogThroughput> table(List<LogThroughput> all) {
    return new FigureTable<>("measured", "Records", all)
        .text("", "title", LogThroughput::title)
        .whole("records", "records", LogThroughput::records)
        .whole("records/s", "records_per_second", t -> t.perSecond(t.ours))
        .millis("median ms", "median_us", t -> t.ours.median())
        .millis("best", "best_us", t -> t.ours.best())
        .millis("worst", "worst_us", t -> t.ours.worst())
        .text("floor", "floor", LogThroughput::floorTitle)
        .whole("records/s", "floor_records_per_second", t -> t.perSecond(t.floor))
        .millis("median ms", "floor_median_us", t -> t.floor.median())
        .milli("ratio", "ratio_milli", LogThroughput::ratio);
  }
}
