package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

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

  /** Each part's median over some switches, in microseconds, by its name in lower case. */
  static Map<String, Object> json(Map<Part, TimingSamples> samples) {
    var out = new TreeMap<String, Object>();
    samples.forEach((part, s) ->
        out.put(
            part.name().toLowerCase(Locale.ROOT),
            Map.of(
                "median_us", s.median() / 1_000,
                "best_us", s.best() / 1_000,
                "worst_us", s.worst() / 1_000)));
    return out;
  }
}
