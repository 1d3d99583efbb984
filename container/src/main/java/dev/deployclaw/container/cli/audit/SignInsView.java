package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInReader;
import dev.deployclaw.audit.signin.SignInSearch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who signed in, left or was turned away, the newest last, and how the logs of it verify.
 *
 * @param events the last ones
 * @param earlier how many there were before
 * @param inBucket logs that lie in the bucket alone, and weren't read
 */
record SignInsView(
    List<Map<String, Object>> events, long earlier, List<Map<String, Object>> logs, int inBucket)
    implements LogVerificationView {
  /** Of a machine on which no agent serves. */
  static final SignInsView NONE = new SignInsView(List.of(), 0, List.of(), 0);

  private static final int MOST_EVENTS = 1_000;
  private static final String VERDICT = "verdict";
  private static final String REASON = "reason";

  /** Those of a period; of none, from the oldest log on that is on this machine. */
  static SignInsView of(SignInReader reader, Optional<ExportPeriod> period) throws IOException {
    Deque<Map<String, Object>> events = new ArrayDeque<>();
    var logs = new ArrayList<Map<String, Object>>();
    long[] earlier = {0};
    SignInReader.Visitor take =
        (log, verdict, records) -> {
          logs.add(SignInSearch.row(log, verdict, records.size()));
          for (var entry : records) {
            SignInEvent.of(entry.facts())
                .map(event -> SignInSearch.row(log, entry, event))
                .ifPresent(events::add);
            if (events.size() > MOST_EVENTS) {
              events.remove();
              earlier[0]++;
            }
          }
        };
    int inBucket = period.isPresent() ? reader.read(period.get(), take) : reader.readHere(take);
    return new SignInsView(List.copyOf(events), earlier[0], logs, inBucket);
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
    out.put("in_bucket", inBucket);
    return out;
  }

  @Override
  public List<String> lines() {
    var out = new ArrayList<String>();
    if (inBucket > 0) {
      out.add(inBucket + " older logs lie in the bucket: --since reads them");
    }
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

  private long count(LogVerdict.Kind kind) {
    return logs.stream().filter(log -> word(kind).equals(log.get(VERDICT))).count();
  }

  private static String word(LogVerdict.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
