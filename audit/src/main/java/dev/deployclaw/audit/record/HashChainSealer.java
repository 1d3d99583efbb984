package dev.deployclaw.audit.record;

import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/**
 * Seals thoughts into a SHA-256 chain: redacts, writes the canonical form, hashes it without {@code
 * hash}, adds the hash. The bytes that are hashed are the bytes that are stored. Pure; any thread.
 */
public record HashChainSealer(SecretRedactor redaction) implements RecordSealer {
  static final long SCHEMA_VERSION = 2;

  /** Characters; more belongs under its hash into the object store. */
  static final int MOST_TEXT = 16_384;

  /** Bytes of the canonical form, so that a record fits into a message and an etcd value. */
  static final int MOST_FACTS = 512 * 1024;

  /** Characters of a fact that stays where the others are too large, and how many such stay. */
  private static final int SHORT = 128;

  private static final int MOST_SHORT = 64;

  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public SealedRecord seal(LogHead head, LogEntry thought) {
    long seq = head.seq() + 1;
    Map<String, Object> entry = fields(thought);
    entry.put("seq", seq);
    entry.put("prev", head.hash());
    String hash = CanonicalJson.sha256(CanonicalJson.bytes(entry));
    entry.put("hash", hash);
    return new SealedRecord(CanonicalJson.bytes(entry), new LogHead(seq, hash));
  }

  /** As RFC 3339 in UTC, with six digits of the second. */
  public static String timestamp(Instant time) {
    return RFC_3339.format(time.truncatedTo(ChronoUnit.MICROS));
  }

  private Map<String, Object> fields(LogEntry thought) {
    var out = new TreeMap<String, Object>();
    out.put("schema_version", SCHEMA_VERSION);
    out.put("execution_id", thought.execution());
    out.put("time", timestamp(thought.time()));
    out.put("step", thought.step());
    out.put("phase", thought.phase().word());
    out.put("action", bounded(redaction.text(thought.action())));
    out.put("detail", bounded(redaction.text(thought.detail())));
    out.put("status", thought.status().name());
    out.put("actor", bounded(redaction.text(thought.actor())));
    thought.planHash().ifPresent(v -> out.put("plan_hash", v));
    thought.epoch().ifPresent(v -> out.put("epoch", v));
    thought.durationMicros().ifPresent(v -> out.put("duration_us", v));
    out.put("facts", bounded(redaction.facts(thought.facts())));
    out.putAll(redaction.facts(thought.basis().fields()));
    return out;
  }

  private static String bounded(String text) {
    if (text.length() <= MOST_TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_TEXT - 1)) ? MOST_TEXT - 1 : MOST_TEXT;
    return text.substring(0, end) + "… (" + (text.length() - end) + " more characters)";
  }

  /** Facts that are too large leave their size and hash, and what among them is short. */
  private static Map<String, Object> bounded(Map<String, Object> facts) {
    byte[] bytes = CanonicalJson.bytes(facts);
    if (bytes.length <= MOST_FACTS) {
      return facts;
    }
    var out = new TreeMap<String, Object>();
    facts.entrySet().stream()
        .filter(e -> isShort(e.getKey(), e.getValue()))
        .limit(MOST_SHORT)
        .forEach(e -> out.put(e.getKey(), e.getValue()));
    out.put("omitted", Map.of("bytes", bytes.length, "sha256", CanonicalJson.sha256(bytes)));
    return out;
  }

  private static boolean isShort(String key, Object value) {
    boolean plain = value instanceof Number || value instanceof Boolean;
    boolean brief = value instanceof String s && s.length() <= SHORT;
    return key.length() <= SHORT && (plain || brief);
  }
}
