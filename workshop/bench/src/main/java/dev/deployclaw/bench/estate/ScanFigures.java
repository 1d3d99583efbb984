package dev.deployclaw.bench.estate;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What looking at a subject of one size came to.
 *
 * @param bare the same requests, their answers thrown away
 */
record ScanFigures(
    String title, int size, OptionalInt requests, TimingSamples look, TimingSamples bare) {

  /** By turns; rounds of the warm-up are thrown away. */
  static ScanFigures measure(ScanSubject subject, int warmUp, int rounds)
      throws InterruptedException {
    var looks = new ArrayList<Long>();
    var floors = new ArrayList<Long>();
    for (int i = 0; i < warmUp + rounds; i++) {
      long start = System.nanoTime();
      subject.look();
      long middle = System.nanoTime();
      subject.floor();
      long end = System.nanoTime();
      if (i >= warmUp) {
        looks.add(middle - start);
        floors.add(end - middle);
      }
    }
    return new ScanFigures(
        subject.title(),
        subject.size(),
        subject.requests(),
        new TimingSamples(looks),
        new TimingSamples(floors));
  }

  /** In thousandths. */
  long ratio() {
    return look.median() * 1_000 / bare.median();
  }

  /**
   * In thousandths: how much longer one of many takes than one of fewer; 1,000 where the cost is
   * linear, less where a fixed part is spread over more.
   */
  static long growth(ScanFigures few, ScanFigures many) {
    long each = few.look().median() * 1_000 / few.size();
    return many.look().median() * 1_000_000 / many.size() / each;
  }

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title);
    out.put("size", size);
    requests.ifPresent(n -> out.put("requests", n));
    out.put("look_us", look.median() / 1_000);
    out.put("bare_us", bare.median() / 1_000);
    out.put("ratio_milli", ratio());
    return out;
  }

  static List<Map<String, Object>> json(List<ScanFigures> all) {
    return all.stream().map(ScanFigures::json).toList();
  }
}
