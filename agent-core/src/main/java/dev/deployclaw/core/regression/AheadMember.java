package dev.deployclaw.core.regression;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;

/**
 * A member of a back end that names more than the state store ever decided or gave out.
 *
 * @param member for example {@code redis/127.0.0.1:7001}
 * @param what {@code epoch} or {@code term}
 * @param observed what the member names
 * @param expected the most that it may name
 */
public record AheadMember(String member, String what, long observed, long expected) {
  /** For JSON. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }

  public String text() {
    return "%s names %s %d, the state store knows none above %d"
        .formatted(member, what, observed, expected);
  }
}
