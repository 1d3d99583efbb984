package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.json.JsonFormatter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The fields of a record: which there are, which must be there, what each may hold. Version 2 adds
 * what it decides and on what that rests.
 */
final class RecordSchema {
  private static final Set<String> PHASES =
      Set.of(
          ("request plan open checkpoint stage prepare gate commit publish converge"
                  + " validate bake finish rollback end")
              .split(" ", -1));
  private static final Set<String> STATUSES =
      Set.of("OK", "WARNING", "ERROR", "SKIPPED", "UNKNOWN");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Set<String> OPTIONAL =
      Set.of("plan_hash", "epoch", "duration_us", "decision", "evidence", "before", "after");
  private static final long NEWEST = 2;
  private static final Map<String, Predicate<Object>> FIRST = fields();
  private static final Map<String, Predicate<Object>> SECOND = second();

  private RecordSchema() {}

  /** Whether a later version wrote it than this verifier knows: then nothing can be said of it. */
  static boolean newer(Map<String, Object> entry) {
    return entry.get("schema_version") instanceof Long version && version > NEWEST;
  }

  /** What is wrong with a record's fields; empty where nothing is. */
  static Optional<String> fault(Map<String, Object> entry) {
    boolean second = Long.valueOf(NEWEST).equals(entry.get("schema_version"));
    return fault(entry, second ? SECOND : FIRST).or(() -> parted(entry));
  }

  private static Optional<String> fault(
      Map<String, Object> entry, Map<String, Predicate<Object>> fields) {
    for (var field : fields.entrySet()) {
      Object value = entry.get(field.getKey());
      if (value == null && !OPTIONAL.contains(field.getKey())) {
        return Optional.of(field.getKey() + " is missing");
      }
      if (value != null && !field.getValue().test(value)) {
        return Optional.of(field.getKey() + " can't be " + JsonFormatter.canonical(value));
      }
    }
    return entry.keySet().stream()
        .filter(key -> !fields.containsKey(key))
        .map(key -> key + " isn't a field of a record")
        .findFirst();
  }

  /** Only a decision rests on something; and what it leads from and to stand together. */
  private static Optional<String> parted(Map<String, Object> entry) {
    boolean before = entry.containsKey("before");
    boolean rests = entry.containsKey("evidence") || before;
    return before != entry.containsKey("after") || (rests && !entry.containsKey("decision"))
        ? Optional.of("evidence, before and after belong to a decision, the latter two together")
        : Optional.empty();
  }

  private static Map<String, Predicate<Object>> fields() {
    var fields = new LinkedHashMap<String, Predicate<Object>>();
    fields.put("schema_version", v -> v.equals(1L));
    fields.put("execution_id", v -> v instanceof String s && !s.isEmpty());
    fields.put("seq", v -> v instanceof Long n && n > 0);
    fields.put("time", v -> v instanceof String s && isTime(s));
    fields.put("step", v -> v instanceof Long n && n >= 0);
    fields.put("phase", v -> v instanceof String s && PHASES.contains(s));
    fields.put("action", v -> v instanceof String);
    fields.put("detail", v -> v instanceof String);
    fields.put("status", v -> v instanceof String s && STATUSES.contains(s));
    fields.put("actor", v -> v instanceof String);
    fields.put("plan_hash", v -> v instanceof String);
    fields.put("epoch", v -> v instanceof Long);
    fields.put("duration_us", v -> v instanceof Long n && n >= 0);
    fields.put("facts", v -> v instanceof Map<?, ?> && whole(v));
    fields.put("prev", v -> v instanceof String s && (s.isEmpty() || HASH.matcher(s).matches()));
    fields.put("hash", v -> v instanceof String s && HASH.matcher(s).matches());
    return fields;
  }

  private static Map<String, Predicate<Object>> second() {
    var fields = fields();
    fields.put("schema_version", v -> v.equals(NEWEST));
    fields.put("decision", RecordSchema::decides);
    fields.put("evidence", RecordSchema::numbers);
    fields.put("before", v -> v instanceof String s && (s.isEmpty() || HASH.matcher(s).matches()));
    fields.put("after", v -> v instanceof String s && (s.isEmpty() || HASH.matcher(s).matches()));
    return fields;
  }

  /** A moment in UTC that there is, with six digits of the second; not a second that was added. */
  private static boolean isTime(String text) {
    try {
      return TIME.matcher(text).matches()
          && LocalDateTime.parse(text.substring(0, text.length() - 1)).getYear() > 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** Records hold whole numbers only, at any depth. */
  private static boolean whole(Object value) {
    return switch (value) {
      case Map<?, ?> map -> map.values().stream().allMatch(RecordSchema::whole);
      case List<?> list -> list.stream().allMatch(RecordSchema::whole);
      case BigDecimal _ -> false;
      default -> true;
    };
  }

  private static boolean decides(Object value) {
    return value instanceof Map<?, ?> map
        && map.keySet().equals(Set.of("name", "rule"))
        && map.values().stream().allMatch(v -> v instanceof String s && !s.isEmpty());
  }

  private static boolean numbers(Object value) {
    return value instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(v -> v instanceof Long n && n > 0);
  }
}
