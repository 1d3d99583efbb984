package dev.deployclaw.core.plan;

import java.util.Locale;
import java.util.Map;

/** One way in which what is enforced differs from what is committed, or from what is wanted. */
public record Discrepancy(Kind kind, String member, String detail) {
  /** What kind of difference it is. */
  public enum Kind {
    MISSING,
    EXTRA,
    DIFFERENT,
    BEHIND,
    AHEAD,
    UNREACHABLE,
    NOT_ENFORCED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return Map.of("kind", kind.word(), "member", member, "detail", detail);
  }

  public String text() {
    return member + " " + kind.word() + ": " + detail;
  }
}
