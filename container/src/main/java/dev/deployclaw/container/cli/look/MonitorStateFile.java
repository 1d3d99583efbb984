package dev.deployclaw.container.cli.look;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.monitor.AlertKind;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /** For JSON; an alert of what was approved or rejected since it was written is over. */
  Map<String, Object> document(List<PendingApproval> waiting) {
    var out = new LinkedHashMap<String, Object>();
    out.put("watching", watching());
    out.putAll(fields);
    var ids = waiting.stream().map(PendingApproval::id).toList();
    out.computeIfPresent(
        "amiss",
        (_, _) ->
            all("amiss").stream()
                .filter(a ->
                    !text(a, "event").equals(AlertKind.HELD.word())
                        || ids.contains(text(a, "subject")))
                .toList());
    return out;
  }

  /** For people. */
  List<String> lines() {
    var out = new ArrayList<String>();
    if (!watching()) {
      out.add("no agent is monitoring: the last heartbeat was %d s ago".formatted(age.toSeconds()));
    }
    int all = points().size();
    long well = points().stream().filter(p -> text(p, "state").equals("ok")).count();
    String now = watching() ? "enforce what is committed" : "enforced what was committed then";
    out.add(
        all == 0
            ? "no enforcement point is known"
            : well + " of " + all + " enforcement points " + now);
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
    return all("points");
  }

  private List<Map<String, Object>> all(String key) {
    return fields.get(key) instanceof List<?> list
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
