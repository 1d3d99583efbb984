package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.verify.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record of the log, as far as it is told.
 *
 * @param step 0 where it belongs to none
 * @param took zero where it took no time of its own
 * @param facts of which few are told
 */
record Entry(
    long seq,
    String hash,
    Instant time,
    int step,
    String phase,
    String action,
    String status,
    Duration took,
    Map<?, ?> facts) {

  /** Empty where the bytes are no record. */
  static Optional<Entry> read(byte[] record) {
    try {
      var r = Json.parseObject(record);
      return Optional.of(
          new Entry(
              number(r.get("seq")),
              text(r.get("hash")),
              Instant.parse(text(r.get("time"))),
              (int) number(r.get("step")),
              text(r.get("phase")),
              text(r.get("action")),
              text(r.get("status")),
              Duration.of(number(r.get("duration_us")), ChronoUnit.MICROS),
              r.get("facts") instanceof Map<?, ?> facts ? facts : Map.of()));
    } catch (Json.Malformed | DateTimeException e) {
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

  /** A fact that is a word. */
  Optional<String> word(String fact) {
    return facts.get(fact) instanceof String s && s.matches("[A-Za-z0-9_.:-]{1,128}")
        ? Optional.of(s)
        : Optional.empty();
  }

  Optional<Long> count(String fact) {
    return facts.get(fact) instanceof Long n ? Optional.of(n) : Optional.empty();
  }

  private static String text(@Nullable Object value) {
    return value instanceof String s ? s : "";
  }

  private static long number(@Nullable Object value) {
    return value instanceof Long n ? n : 0;
  }
}
