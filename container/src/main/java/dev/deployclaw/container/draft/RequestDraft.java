package dev.deployclaw.container.draft;

import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request that somebody keeps, and what it would have done when it was kept. It is no hold: what
 * counts is planned again whenever it is opened.
 *
 * @param id follows from the request, so that keeping it again replaces it
 * @param sentence as it was understood
 * @param epoch the committed one by which it was planned
 * @param plan the plan's hash
 * @param changes the hash of what would have changed, whatever the epoch
 */
public record RequestDraft(
    String id,
    String request,
    String sentence,
    Instant saved,
    Instant expires,
    long epoch,
    String plan,
    String changes) {
  private static final int ID_DIGITS = 16;

  static String id(String request) {
    return CanonicalJson.sha256(request).substring(0, ID_DIGITS);
  }

  /** For JSON, and as it is stored. */
  public Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", id);
    out.put("request", request);
    out.put("sentence", sentence);
    out.put("saved", saved.toString());
    out.put("expires", expires.toString());
    out.put("epoch", epoch);
    out.put("plan", plan);
    out.put("changes", changes);
    return out;
  }

  /** What {@link #toMap} wrote; empty where a map is no draft. */
  static Optional<RequestDraft> ofMap(Map<?, ?> map) {
    try {
      return map.get("epoch") instanceof Long epoch
          ? Optional.of(
              new RequestDraft(
                  text(map, "id"),
                  text(map, "request"),
                  text(map, "sentence"),
                  Instant.parse(text(map, "saved")),
                  Instant.parse(text(map, "expires")),
                  epoch,
                  text(map, "plan"),
                  text(map, "changes")))
          : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static String text(Map<?, ?> map, String key) {
    if (map.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(key);
  }
}
