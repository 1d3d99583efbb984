package dev.deployclaw.audit.verify;

import static dev.deployclaw.audit.verify.rule.ProcessRules.facts;

import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the execution log follows from the records: a pure function, so that anyone who holds the
 * records can compute every value of the document again. Writer and verifier share it.
 *
 * <p>The last record, where its phase is {@code end}, gives the values of the whole execution by
 * its facts. A log that doesn't end so has the result {@link #UNFINISHED}: the execution still
 * runs, or its process died and nobody has ended it yet. What isn't known is left out.
 */
public final class DocumentDerivation {
  public static final String AGENT = "System Architect";
  public static final String UNFINISHED = "UNFINISHED";

  private static final List<String> COPIED_AT_END =
      List.of("rollback_of", "reason", "questions", "checkpoint");

  private final List<Map<String, Object>> records;
  private final Map<String, Object> last;
  private final boolean ended;
  private final Map<String, Object> facts;
  private final SortedMap<Long, List<Map<String, Object>>> byStep = new TreeMap<>();

  private DocumentDerivation(List<Map<String, Object>> records) {
    this.records = records;
    this.last = records.getLast();
    this.ended = "end".equals(last.get("phase"));
    this.facts = ended ? facts(last) : Map.of();
    records.forEach(
        r -> byStep.computeIfAbsent(number(r, "step").orElse(0L), _ -> new ArrayList<>()).add(r));
  }

  /**
   * @param records all of one execution, by sequence number; at least one
   * @return the document but for signature and key
   */
  public static Map<String, Object> document(List<Map<String, Object>> records) {
    return new DocumentDerivation(records).document();
  }

  private Map<String, Object> document() {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", text(last, "execution_id").orElse(""));
    out.put("agent", AGENT);
    out.put("timestamp", text(records.getFirst(), "time").orElse(""));
    out.put("request", fact("request").orElse(""));
    fact("requester").ifPresent(v -> out.put("requester", v));
    out.put("thought_log", byStep.tailMap(1L).keySet().stream().<Object>map(this::step).toList());
    out.put("result", ended ? told(facts, "result").orElse("UNKNOWN") : UNFINISHED);
    out.put("duration_seconds", JsonFormatter.decimal(durationMicros(), 6));
    out.put("phases", phases());
    out.put("rollback_available", Boolean.TRUE.equals(facts.get("rollback_available")));
    lastOf("epoch").ifPresent(v -> out.put("epoch", v));
    lastOf("plan_hash").ifPresent(v -> out.put("plan_hash", v));
    COPIED_AT_END.forEach(key -> given(key).ifPresent(v -> out.put(key, v)));
    given("validation").ifPresent(v -> out.put("validation", inMillis(v)));
    out.put("records", recordsOf(0));
    out.put("audit", audit());
    return out;
  }

  private Map<String, Object> audit() {
    var out = new LinkedHashMap<String, Object>();
    out.put("head", text(last, "hash").orElse(""));
    out.put("records", (long) records.size());
    return out;
  }

  /** A step without a summary has an unknown status: nobody has said yet how it went. */
  private Object step(long number) {
    List<Map<String, Object>> own = recordsOf(number);
    Optional<Map<String, Object>> summary =
        own.reversed().stream().filter(DocumentDerivation::summarises).findFirst();
    Map<String, Object> line = summary.orElse(own.getLast());
    var out = new LinkedHashMap<String, Object>();
    out.put("step", number);
    out.put("action", text(line, "action").orElse(""));
    out.put("detail", text(line, "detail").orElse(""));
    out.put("status", summary.flatMap(s -> text(s, "status")).orElse("UNKNOWN"));
    out.put("phase", text(line, "phase").orElse(""));
    out.put("time", text(own.getFirst(), "time").orElse(""));
    long micros = summary.flatMap(s -> number(s, "duration_us")).orElse(between(own));
    out.put("duration_ms", JsonFormatter.decimal(micros, 3));
    out.put("records", own);
    return out;
  }

  private List<Map<String, Object>> recordsOf(long step) {
    return byStep.getOrDefault(step, List.of());
  }

  private static boolean summarises(Map<String, Object> entry) {
    return Boolean.TRUE.equals(facts(entry).get("summary"));
  }

  private long durationMicros() {
    return number(facts, "duration_us").orElse(between(records));
  }

  private Map<String, Object> phases() {
    var out = new LinkedHashMap<String, Object>();
    if (facts.get("phases_us") instanceof Map<?, ?> phases) {
      new TreeMap<>(StrictJson.object(phases))
          .forEach((phase, value) -> millis(out, phase + "_ms", value));
    }
    millis(out, "waiting_ms", facts.get("waiting_us"));
    return out;
  }

  private static void millis(Map<String, Object> out, String key, @Nullable Object value) {
    if (value instanceof Long micros) {
      out.put(key, JsonFormatter.decimal(micros, 3));
    }
  }

  /** Every {@code x_us} becomes {@code x_ms}, at any depth. */
  private static Object inMillis(Object value) {
    return switch (value) {
      case List<?> list -> {
        var out = new ArrayList<>();
        list.forEach(item -> out.add(inMillis(item)));
        yield out;
      }
      case Map<?, ?> map -> {
        var out = new LinkedHashMap<String, Object>();
        new TreeMap<>(StrictJson.object(map)).forEach((key, v) -> member(out, key, v));
        yield out;
      }
      default -> value;
    };
  }

  private static void member(Map<String, Object> out, String key, Object value) {
    if (key.endsWith("_us") && value instanceof Long micros) {
      out.put(key.substring(0, key.length() - 2) + "ms", JsonFormatter.decimal(micros, 3));
    } else {
      out.put(key, inMillis(value));
    }
  }

  /** A fact of the end record, unless it is empty. */
  private Optional<Object> given(String key) {
    return told(facts, key)
        .filter(v -> !v.equals("") && !v.equals(Map.of()) && !v.equals(List.of()));
  }

  /** A fact of the end record, else of the first record that has it. */
  private Optional<Object> fact(String key) {
    return told(facts, key)
        .or(() -> records.stream().flatMap(r -> told(facts(r), key).stream()).findFirst());
  }

  /** A fact of the end record, else that field of the last record that has it. */
  private Optional<Object> lastOf(String field) {
    return told(facts, field)
        .or(() -> records.reversed().stream().flatMap(r -> told(r, field).stream()).findFirst());
  }

  /** What is null isn't told. */
  private static Optional<Object> told(Map<String, Object> from, String key) {
    return Optional.ofNullable(from.get(key)).filter(v -> v != StrictJson.Null.NULL);
  }

  private static long between(List<Map<String, Object>> records) {
    try {
      Instant from = Instant.parse(text(records.getFirst(), "time").orElse(""));
      Instant to = Instant.parse(text(records.getLast(), "time").orElse(""));
      return Math.max(0, Duration.between(from, to).toNanos() / 1000);
    } catch (DateTimeParseException | ArithmeticException e) {
      return 0;
    }
  }

  private static Optional<String> text(Map<String, Object> from, String key) {
    return from.get(key) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  private static Optional<Long> number(Map<String, Object> from, String key) {
    return from.get(key) instanceof Long n ? Optional.of(n) : Optional.empty();
  }
}
