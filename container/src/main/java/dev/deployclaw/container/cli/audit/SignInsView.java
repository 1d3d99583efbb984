package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who signed in, left or was turned away, the newest last, and how the logs of it verify.
 *
 * @param events the last ones
 * @param earlier how many there were before
 */
record SignInsView(List<Map<String, Object>> events, long earlier, List<Map<String, Object>> logs)
    implements LogVerificationView {
  /** Of a machine on which no agent serves. */
  static final SignInsView NONE = new SignInsView(List.of(), 0, List.of());

  private static final int MOST_EVENTS = 1_000;
  private static final String VERDICT = "verdict";
  private static final String REASON = "reason";

  /** Those of a period; one log after the other is in memory. */
  static SignInsView of(SignInReader reader, ExportPeriod period) throws IOException {
    Deque<Map<String, Object>> events = new ArrayDeque<>();
    var logs = new ArrayList<Map<String, Object>>();
    long[] earlier = {0};
    reader.read(
        period,
        (log, verdict, records) -> {
          logs.add(log(log, verdict, records.size()));
          for (var entry : records) {
            SignInEvent.of(entry.facts()).map(e -> event(log, entry, e)).ifPresent(events::add);
            if (events.size() > MOST_EVENTS) {
              events.remove();
              earlier[0]++;
            }
          }
        });
    return new SignInsView(List.copyOf(events), earlier[0], logs);
  }

  @Override
  public boolean holds() {
    return logs.stream().noneMatch(log -> word(LogVerdict.Kind.FAILED).equals(log.get(VERDICT)));
  }

  @Override
  public Map<String, Object> map() {
    var out = new LinkedHashMap<String, Object>();
    out.put("holds", holds());
    out.put("events", events);
    out.put("earlier", earlier);
    out.put("logs", logs);
    return out;
  }

  @Override
  public List<String> lines() {
    var out = new ArrayList<String>();
    if (earlier > 0) {
      out.add(earlier + " earlier events: see --since");
    }
    events.forEach(event -> out.add(line(event)));
    logs.stream()
        .filter(log -> word(LogVerdict.Kind.FAILED).equals(log.get(VERDICT)))
        .forEach(log -> out.add("%s: not verified: %s".formatted(log.get("log"), log.get(REASON))));
    out.add(
        "logs: %d verified, %d unfinished, %d not verified"
            .formatted(
                count(LogVerdict.Kind.VERIFIED),
                count(LogVerdict.Kind.UNFINISHED),
                count(LogVerdict.Kind.FAILED)));
    return out;
  }

  private static String line(Map<String, Object> event) {
    var count = event.get("count") instanceof Long n && n > 1 ? n + " times" : "";
    return Stream.of("time", "event", "who", "means", "from", REASON)
            .map(key -> String.valueOf(event.getOrDefault(key, "")))
            .filter(word -> !word.isEmpty())
            .collect(Collectors.joining("  "))
        + (count.isEmpty() ? "" : "  " + count);
  }

  private static Map<String, Object> event(String log, LoggedRecord entry, SignInEvent event) {
    var out = new LinkedHashMap<String, Object>();
    out.put("time", entry.text("time"));
    out.put("event", event.kind().word());
    out.put("who", event.who());
    out.put("means", event.means());
    out.put("from", event.from());
    out.put(REASON, event.reason());
    out.put("count", event.count());
    out.put("log", log);
    out.put("record", entry.reference().seq());
    return out;
  }

  private static Map<String, Object> log(String log, LogVerdict verdict, int records) {
    var out = new LinkedHashMap<String, Object>();
    out.put("log", log);
    out.put("records", records);
    out.put(VERDICT, word(verdict.kind()));
    out.put(REASON, verdict.reason());
    return out;
  }

  private long count(LogVerdict.Kind kind) {
    return logs.stream().filter(log -> word(kind).equals(log.get(VERDICT))).count();
  }

  private static String word(LogVerdict.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
