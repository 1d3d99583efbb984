package dev.deployclaw.audit.export;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One record of a log.
 *
 * @param fields as they are stored
 */
public record LoggedRecord(Map<String, Object> fields) {
  /**
   * What a line of an export rests on.
   *
   * @param seq its number; 0 where no record can be read
   * @param hash its hash; empty where no record can be read
   */
  public record Reference(long seq, String hash) {
    static final Reference NONE = new Reference(0, "");

    /** The number, for cells; empty where there is none. */
    String number() {
      return seq == 0 ? "" : Long.toString(seq);
    }
  }

  static LoggedRecord parse(byte[] stored) throws StrictJson.Malformed {
    return new LoggedRecord(StrictJson.parseObject(stored));
  }

  public Reference reference() {
    return new Reference(fields.get("seq") instanceof Long n ? n : 0, text("hash"));
  }

  /** The epoch of Unix where it has no time that can be read. */
  public Instant time() {
    try {
      return Instant.parse(text("time"));
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }

  public String text(String field) {
    return fields.get(field) instanceof String s ? s : "";
  }

  public Map<String, Object> facts() {
    return fields.get("facts") instanceof Map<?, ?> map ? StrictJson.object(map) : Map.of();
  }

  /** A fact that is a text; empty where there is none. */
  String fact(String name) {
    return facts().get(name) instanceof String s ? s : "";
  }

  public boolean isEnd() {
    return text("phase").equals("end");
  }

  /** Whether a change came to this state. */
  boolean reaches(String state) {
    return fact("state").equals(state);
  }

  /** What was decided; by its state in logs of the first version, which named no decisions. */
  Optional<String> decision() {
    if (fields.get("decision") instanceof Map<?, ?> map && map.get("name") instanceof String name) {
      return Optional.of(name);
    }
    return Optional.of(fact("state")).filter(state -> !state.isEmpty());
  }

  /** The rule by which it was decided; empty where the record names none. */
  String rule() {
    return fields.get("decision") instanceof Map<?, ?> map && map.get("rule") instanceof String rule
        ? rule
        : "";
  }
}
