package dev.deployclaw.container.monitor;

import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;

/**
 * Something that is wrong now.
 *
 * @param subject what it is about: a namespace, an execution
 * @param summary one sentence for people
 * @param members whom it touches; a condition that touches others than before is told of again
 * @param details JSON-like, for closer inspection
 */
public record AlertCondition(
    AlertKind kind,
    String subject,
    String summary,
    List<String> members,
    Map<String, Object> details) {
  private static final int FINGERPRINT = 32;

  public AlertCondition {
    members = List.copyOf(members);
    details = Map.copyOf(details);
  }

  /**
   * The same for the same trouble, whichever agent of a domain sees it and however often it comes
   * back.
   */
  public String fingerprint(String domain) {
    byte[] identity = CanonicalJson.bytes(List.of(domain, kind.word(), subject));
    return CanonicalJson.sha256(identity).substring(0, FINGERPRINT);
  }

  /** For JSON. */
  Map<String, Object> toMap() {
    return Map.of(
        "event", kind.word(),
        "severity", kind.severity(),
        "subject", subject,
        "summary", summary,
        "members", members,
        "details", details);
  }
}
