package dev.deployclaw.container.monitor;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What somebody is told: a condition began, changed or still holds, or it is over.
 *
 * @param id unique; who gets it twice may drop the second
 * @param fingerprint of the condition, the same from its beginning to its end
 * @param firing false where it is over
 * @param repeated whether nothing changed since the last one
 * @param since when it began
 * @param at when this was seen
 */
public record AlertNotification(
    String id,
    String fingerprint,
    String domain,
    boolean firing,
    boolean repeated,
    AlertCondition condition,
    Instant since,
    Instant at) {

  AlertNotification over(String ownId, Instant now) {
    return new AlertNotification(ownId, fingerprint, domain, false, false, condition, since, now);
  }

  /** The same without the secrets of this process. */
  public AlertNotification withoutSecrets() {
    String shown = SecretRegistry.hidden(new String(bytes(), StandardCharsets.UTF_8));
    return read(shown.getBytes(StandardCharsets.UTF_8))
        .orElseThrow(() -> new IllegalStateException("masking secrets broke the JSON of a notice"));
  }

  /** For JSON; {@link #read} takes it back. */
  public Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>(condition.toMap());
    out.put("id", id);
    out.put("fingerprint", fingerprint);
    out.put("domain", domain);
    out.put("status", firing ? "firing" : "resolved");
    out.put("repeated", repeated);
    out.put("since", since.toString());
    out.put("at", at.toString());
    return out;
  }

  /** Its canonical JSON. */
  public byte[] bytes() {
    return CanonicalJson.bytes(toMap());
  }

  /** Empty where these bytes aren't a notice. */
  public static Optional<AlertNotification> read(byte[] bytes) {
    return StrictJson.findObject(bytes).flatMap(AlertNotification::read);
  }

  static Optional<AlertNotification> read(Map<?, ?> fields) {
    try {
      var f = StrictJson.object(fields);
      var kind = AlertKind.of(text(f, "event"));
      var details =
          f.get("details") instanceof Map<?, ?> m ? StrictJson.object(m) : Map.<String, Object>of();
      return kind.map(k ->
          new AlertNotification(
              text(f, "id"),
              text(f, "fingerprint"),
              text(f, "domain"),
              text(f, "status").equals("firing"),
              Boolean.TRUE.equals(f.get("repeated")),
              new AlertCondition(k, text(f, "subject"), text(f, "summary"), members(f), details),
              Instant.parse(text(f, "since")),
              Instant.parse(text(f, "at"))));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static List<String> members(Map<String, Object> fields) {
    return fields.get("members") instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static String text(Map<String, Object> fields, String key) {
    return String.valueOf(fields.get(key));
  }
}
