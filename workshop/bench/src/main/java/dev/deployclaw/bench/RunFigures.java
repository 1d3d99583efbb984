package dev.deployclaw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.bench.measure.FigureTable;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.commons.lang3.function.Failable;

/**
 * How long one run took, in microseconds, as its own log says.
 *
 * @param waiting for others to act on the committed epoch: no work of the agent's
 * @param phases by name
 * @param probes what the synthetic requests took, by {@link #PROBES}
 */
record RunFigures(
    long duration, long waiting, SortedMap<String, Long> phases, SortedMap<String, Long> probes) {
  /** Their number, and percentiles in microseconds. */
  private static final List<String> PROBES = List.of("requests", "p50_us", "p99_us");

  private static final int NANOS = 1_000;

  /** From the last record of an execution. */
  static RunFigures of(byte[] end) {
    return Failable.get(() -> {
      JsonNode facts = new ObjectMapper().readTree(end).path("facts");
      var phases = new TreeMap<String, Long>();
      facts
          .path("phases_us")
          .properties()
          .forEach(e -> phases.put(e.getKey(), e.getValue().asLong()));
      var probes = new TreeMap<String, Long>();
      PROBES.forEach(key -> probes.put(key, facts.path("validation").path(key).asLong()));
      return new RunFigures(
          facts.path("duration_us").asLong(), facts.path("waiting_us").asLong(), phases, probes);
    });
  }

  private static RunFigures median(List<RunFigures> runs) {
    var phases = new TreeMap<String, Long>();
    for (String phase : runs.getFirst().phases().keySet()) {
      phases.put(phase, middle(runs, r -> r.phases().getOrDefault(phase, 0L)));
    }
    var probes = new TreeMap<String, Long>();
    PROBES.forEach(key -> probes.put(key, middle(runs, r -> r.probes().getOrDefault(key, 0L))));
    return new RunFigures(
        middle(runs, RunFigures::duration), middle(runs, RunFigures::waiting), phases, probes);
  }

  private long work() {
    return duration - waiting;
  }

  private static long nanos(Map<String, Long> figures, String name) {
    return figures.getOrDefault(name, 0L) * NANOS;
  }

  static FigureTable<Map.Entry<String, RunFigures>> table(RunFigures cold, List<RunFigures> warm) {
    var rows = List.of(Map.entry("cold", cold), Map.entry("warm, median", median(warm)));
    var table =
        new FigureTable<>("runs", "The reference run, and changes of one limit, in ms", rows)
            .text("", "title", Map.Entry::getKey)
            .millis("in all", "duration_us", row -> row.getValue().duration * NANOS)
            .millis("work", "work_us", row -> row.getValue().work() * NANOS)
            .millis("waiting", "waiting_us", row -> row.getValue().waiting * NANOS);
    for (String phase : cold.phases.keySet()) {
      table.millis(phase, phase + "_us", row -> nanos(row.getValue().phases, phase));
    }
    return table
        .whole("probes", "probes", row -> row.getValue().probes.getOrDefault("requests", 0L))
        .millis("their p50", "probes_p50_us", row -> nanos(row.getValue().probes, "p50_us"))
        .millis("p99", "probes_p99_us", row -> nanos(row.getValue().probes, "p99_us"));
  }

  private static long middle(List<RunFigures> runs, ToLongFunction<RunFigures> figure) {
    var sorted = runs.stream().mapToLong(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
