package dev.deployclaw.container.cli.look;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code serve} left in the state folder about the enforcement points.
 *
 * @param fields as the watch wrote them
 * @param age since it was written
 */
record MonitorStateFile(Map<String, Object> fields, Duration age) {
  /** So many periods without a word mean that nobody watches. */
  private static final long PERIODS = 3;

  private static final int MOST_NAMED = 20;

  /** States that have a reason; points of the first are named before the others. */
  private static final List<String> WORST_FIRST =
      List.of("not_enforced", "unknown", "changing", "unlimited");

  /** Empty where no agent that serves ever watched from this folder. */
  static Optional<MonitorStateFile> read(Path stateDir, Instant now) {
    return AtomicFile.read(EnforcementMonitor.stateFile(stateDir))
        .flatMap(bytes -> read(bytes, now));
  }

  private static Optional<MonitorStateFile> read(byte[] bytes, Instant now) {
    try {
      var fields = StrictJson.parseObject(bytes);
      var written = Instant.parse(String.valueOf(fields.get("written_at")));
      return Optional.of(new MonitorStateFile(fields, Duration.between(written, now)));
    } catch (StrictJson.Malformed | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Whether somebody watches now. */
  boolean watching() {
    long period = fields.get("heartbeat_s") instanceof Number n ? n.longValue() : 0;
    return age.compareTo(Duration.ofSeconds(PERIODS * Math.max(1, period))) <= 0;
  }

  /** For JSON. */
  Map<String, Object> document() {
    var out = new LinkedHashMap<String, Object>();
    out.put("watching", watching());
    out.putAll(fields);
    return out;
  }

  /** For people. */
  List<String> lines() {
    var out = new ArrayList<String>();
    if (!watching()) {
      out.add("no agent is monitoring: the last heartbeat was %d s ago".formatted(age.toSeconds()));
    }
    var counts = new TreeMap<String, Integer>();
    points().forEach(p -> counts.merge(text(p, "state"), 1, Integer::sum));
    out.add(
        "enforcement points " + (watching() ? "" : "then ") + (counts.isEmpty() ? "none" : counts));
    if (fields.containsKey("reason")) {
      out.add("their state is unknown: " + fields.get("reason"));
    }
    points().stream()
        .filter(p -> p.containsKey("reason"))
        .sorted(Comparator.comparingInt(p -> WORST_FIRST.indexOf(text(p, "state"))))
        .limit(MOST_NAMED)
        .forEach(
            p -> out.add(text(p, "point") + " is " + text(p, "state") + ": " + text(p, "reason")));
    return out;
  }

  private List<Map<String, Object>> points() {
    return fields.get("points") instanceof List<?> list
        ? list.stream()
            .filter(Map.class::isInstance)
            .map(p -> StrictJson.object((Map<?, ?>) p))
            .toList()
        : List.of();
  }

  private static String text(Map<String, Object> fields, String key) {
    return String.valueOf(fields.get(key));
  }
}
