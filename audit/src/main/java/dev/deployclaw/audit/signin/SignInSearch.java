package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.export.VerifiedLog;
import dev.deployclaw.core.log.BucketUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds sign-ins, the newest first, and verifies each log that it reads. For one thread. */
public record SignInSearch(SignInReader reader) {
  /** Logs that are read for one page, however few sign-ins are found. */
  private static final int MOST_READ = 100;

  /** Records of those logs; the one that reaches that is the last that is read. */
  private static final int MOST_RECORDS = 20_000;

  /**
   * What is looked for.
   *
   * @param person empty for anybody
   * @param after begin behind this one
   * @param limit the most sign-ins of a page
   */
  public record Query(ExportPeriod period, String person, Optional<Place> after, int limit) {}

  /**
   * A sign-in, or the end of a log.
   *
   * @param record its number in the log; 1 also where the log is gone through
   */
  public record Place(String log, int record) {
    private static final Pattern FORM = Pattern.compile("([a-z0-9][a-z0-9-]{0,127})\\.(\\d{1,9})");

    /** Empty where a text names none. */
    public static Optional<Place> of(String text) {
      return Optional.of(FORM.matcher(text))
          .filter(place -> place.matches())
          .map(place -> new Place(place.group(1), Integer.parseInt(place.group(2))));
    }

    @Override
    public String toString() {
      return log + "." + record;
    }
  }

  /**
   * Some sign-ins.
   *
   * @param events for JSON
   * @param logs that were read for them, with what their verification found
   * @param next behind which the next page begins; empty where none is left
   */
  public record Page(
      List<Map<String, Object>> events, List<Map<String, Object>> logs, Optional<Place> next) {
    /** Of a folder from which no agent has served. */
    public static final Page NONE = new Page(List.of(), List.of(), Optional.empty());
  }

  /** A page of a reader that is closed then. A log that the bucket doesn't give now ends it. */
  public static Page page(SignInReader reader, Query query) {
    try (reader) {
      return new SignInSearch(reader).find(query);
    }
  }

  Page find(Query query) {
    var events = new ArrayList<Map<String, Object>>();
    var logs = new ArrayList<Map<String, Object>>();
    var names = reader.logs();
    int first = query.after().map(after -> names.indexOf(after.log())).orElse(names.size() - 1);
    int records = 0;
    for (int at = first; at >= 0; at--) {
      var place = new Place(names.get(at), at == first ? below(query) : Integer.MAX_VALUE);
      if (reader.isPassedOver(place.log(), query.period())) {
        break; // and so are those before it
      }
      if (place.record() <= 1) {
        continue;
      }
      var log = read(at);
      logs.add(log.map(SignInSearch::row).orElseGet(() -> unread(place.log())));
      int down = log.map(one -> collect(one, place.record(), query, events)).orElse(1);
      records += log.map(one -> one.records().size()).orElse(MOST_RECORDS);
      boolean full =
          events.size() == query.limit() || logs.size() == MOST_READ || records >= MOST_RECORDS;
      if (down > 1 || (full && at > 0)) {
        return new Page(events, logs, Optional.of(new Place(place.log(), down)));
      }
    }
    return new Page(events, logs, Optional.empty());
  }

  private static int below(Query query) {
    return query.after().map(Place::record).orElse(Integer.MAX_VALUE);
  }

  private Optional<VerifiedLog> read(int at) {
    try {
      return Optional.of(reader.read(at));
    } catch (BucketUnavailableException e) {
      return Optional.empty();
    }
  }

  /**
   * Adds those of a log, the last first, while there is room.
   *
   * @return the last record that was looked at
   */
  private static int collect(
      VerifiedLog log, int below, Query query, List<Map<String, Object>> events) {
    for (int i = Math.min(below - 1, log.records().size()); i > 0; i--) {
      if (events.size() == query.limit()) {
        return i + 1;
      }
      var entry = log.records().get(i - 1);
      SignInEvent.of(entry.facts())
          .filter(event -> query.person().isEmpty() || query.person().equals(event.who()))
          .filter(_ -> query.period().contains(entry.time()))
          .ifPresent(event -> events.add(row(log.execution(), entry, event)));
    }
    return 1;
  }

  /** A sign-in, for JSON. */
  public static Map<String, Object> row(String log, LoggedRecord entry, SignInEvent event) {
    var out = new LinkedHashMap<String, Object>();
    out.put("time", entry.text("time"));
    out.put("event", event.kind().word());
    out.put("who", event.who());
    out.put("means", event.means());
    out.put("from", event.from());
    out.put("reason", event.reason());
    out.put("count", event.count());
    out.put("log", log);
    out.put("record", entry.reference().seq());
    return out;
  }

  /**
   * What the verification of a log found, for JSON.
   *
   * @param records that were looked for
   */
  public static Map<String, Object> row(String log, LogVerdict verdict, int records) {
    var out = new LinkedHashMap<String, Object>();
    out.put("log", log);
    out.put("records", records);
    out.put("verdict", verdict.kind().name().toLowerCase(Locale.ROOT));
    out.put("reason", verdict.reason());
    return out;
  }

  private static Map<String, Object> row(VerifiedLog log) {
    return row(log.execution(), log.verdict(), log.records().size());
  }

  private static Map<String, Object> unread(String log) {
    var out = row(log, LogVerdict.failed("it lies in the bucket, which can't be read now"), 0);
    out.put("verdict", "unknown");
    return out;
  }
}
