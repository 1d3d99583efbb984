package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record of the log, as far as it is told.
 *
 * @param step 0 where it belongs to none
 * @param took zero where it took no time of its own
 * @param facts of which few are told
 * @param decided empty where it decides nothing
 */
record TraceLogEntry(
    long seq,
    String hash,
    Instant time,
    int step,
    String phase,
    String action,
    String status,
    Duration took,
    Map<?, ?> facts,
    Optional<Decided> decided) {
  private static final String WORD = "[A-Za-z0-9_.:-]{1,128}";

  /**
   * What it decides.
   *
   * @param rule empty where it is no word
   * @param evidence the numbers of the records that this rests on
   */
  record Decided(String name, Optional<String> rule, List<Long> evidence) {
    Decided {
      evidence = List.copyOf(evidence);
    }
  }

  /** Empty where the bytes are no record. */
  static Optional<TraceLogEntry> read(byte[] record) {
    try {
      var r = StrictJson.parseObject(record);
      return Optional.of(
          new TraceLogEntry(
              number(r.get("seq")),
              text(r.get("hash")),
              Instant.parse(text(r.get("time"))),
              (int) number(r.get("step")),
              text(r.get("phase")),
              text(r.get("action")),
              text(r.get("status")),
              Duration.of(number(r.get("duration_us")), ChronoUnit.MICROS),
              r.get("facts") instanceof Map<?, ?> facts ? facts : Map.of(),
              decided(r)));
    } catch (StrictJson.Malformed | DateTimeException e) {
      return Optional.empty();
    }
  }

  Instant start() {
    return time.minus(took);
  }

  boolean isSummary() {
    return Boolean.TRUE.equals(facts.get("summary"));
  }

  boolean isEnd() {
    return phase.equals("end");
  }

  /** Whether it says what a model was asked, and what that cost. */
  boolean isChat() {
    return facts.get("model") instanceof String && facts.get("input_tokens") instanceof Long;
  }

  Optional<String> word(String fact) {
    return asWord(facts.get(fact));
  }

  Optional<Long> count(String fact) {
    return facts.get(fact) instanceof Long n ? Optional.of(n) : Optional.empty();
  }

  private static Optional<Decided> decided(Map<?, ?> record) {
    return record.get("decision") instanceof Map<?, ?> decision
        ? asWord(decision.get("name"))
            .map(name ->
                new Decided(name, asWord(decision.get("rule")), numbers(record.get("evidence"))))
        : Optional.empty();
  }

  private static Optional<String> asWord(@Nullable Object value) {
    return value instanceof String s && s.matches(WORD) ? Optional.of(s) : Optional.empty();
  }

  private static List<Long> numbers(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().filter(Long.class::isInstance).map(Long.class::cast).toList()
        : List.of();
  }

  private static String text(@Nullable Object value) {
    return value instanceof String s ? s : "";
  }

  private static long number(@Nullable Object value) {
    return value instanceof Long n ? n : 0;
  }
}
