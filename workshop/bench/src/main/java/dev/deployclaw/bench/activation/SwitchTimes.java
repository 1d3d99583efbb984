package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One change of an epoch, in nanoseconds.
 *
 * @param times of each part
 */
record SwitchTimes(Map<Part, Long> times) {
  SwitchTimes {
    times = Map.copyOf(times);
  }

  /** What is timed, in the order in which it happens. */
  enum Part {
    STAGED("rules staged in Redis"),
    VOTED("Redis read back"),
    COMMITTED("commit"),
    FIRST("commit to first tenant"),
    LAST("commit to last tenant"),
    SPREAD("first to last tenant"),
    PUBLISHED("commit to all published"),
    CONFIRMED("commit to all confirmed"),
    LOADED("bare load of the library");

    private final String title;

    Part(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** A part of many changes with one number of tenants. */
  private record Line(int tenants, Part part, TimingSamples samples, long loaded) {}

  /** Each part against a bare load of the library, which knows of no tenant. */
  static FigureTable<?> table(Map<Integer, Map<Part, TimingSamples>> byTenants) {
    List<Line> lines = new ArrayList<>();
    byTenants.forEach((tenants, samples) -> {
      long loaded = Objects.requireNonNull(samples.get(Part.LOADED)).median();
      samples.forEach((part, s) -> lines.add(new Line(tenants, part, s, loaded)));
    });
    return new FigureTable<>("switches", "Changes of an epoch", lines)
        .text("ms", "part", line -> line.part.title())
        .whole("tenants", "tenants", Line::tenants)
        .millis("median", "median_us", line -> line.samples.median())
        .millis("best", "best_us", line -> line.samples.best())
        .millis("worst", "worst_us", line -> line.samples.worst())
        .milli("to bare load", "to_load_milli", l -> l.samples.median() * 1_000 / l.loaded);
  }
}
