package dev.deployclaw.container.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A span, before the SDK has it.
 *
 * @param id 16 hex digits
 * @param parent empty for the root
 * @param status in the words of thoughts
 * @param decided empty where its record decides nothing
 */
record SpanRecord(
    String id,
    Optional<String> parent,
    String name,
    SpanKind kind,
    Period period,
    String status,
    Attributes attributes,
    Optional<Decided> decided) {

  /** What its record decides, and the spans of the records that this rests on. */
  record Decided(Instant at, Attributes attributes, List<Ground> grounds) {
    Decided {
      grounds = List.copyOf(grounds);
    }
  }

  /**
   * A record that a decision rests on.
   *
   * @param span 16 hex digits
   * @param seq its number
   */
  record Ground(String span, long seq) {}

  /** From when until when. */
  record Period(Instant start, Instant end) {
    /** As long as it takes to hold another that begins then. */
    Period from(Instant earlier) {
      return earlier.isBefore(start) ? new Period(earlier, end) : this;
    }
  }

  SpanRecord from(Instant earlier) {
    return new SpanRecord(
        id, parent, name, kind, period.from(earlier), status, attributes, decided);
  }
}
