package dev.deployclaw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

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
  static final List<String> PROBES = List.of("requests", "p50_us", "p99_us");

  /** From the last record of an execution. */
  static RunFigures of(byte[] end) {
    try {
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
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each figure's own median. */
  static RunFigures median(List<RunFigures> runs) {
    var phases = new TreeMap<String, Long>();
    for (String phase : runs.getFirst().phases().keySet()) {
      phases.put(phase, middle(runs, r -> r.phases().getOrDefault(phase, 0L)));
    }
    var probes = new TreeMap<String, Long>();
    PROBES.forEach(key -> probes.put(key, middle(runs, r -> r.probes().getOrDefault(key, 0L))));
    return new RunFigures(
        middle(runs, RunFigures::duration), middle(runs, RunFigures::waiting), phases, probes);
  }

  long work() {
    return duration - waiting;
  }

  Map<String, Object> json() {
    return Map.of(
        "duration_us",
        duration,
        "waiting_us",
        waiting,
        "work_us",
        work(),
        "phases_us",
        phases,
        "probes",
        probes);
  }

  private static long middle(List<RunFigures> runs, ToLongFunction<RunFigures> figure) {
    var sorted = runs.stream().mapToLong(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
