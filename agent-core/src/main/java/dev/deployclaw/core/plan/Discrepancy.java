package dev.deployclaw.core.plan;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One way in which what is enforced differs from what is committed, or from what is wanted. */
public record Discrepancy(Kind kind, String member, String detail) {
  /** The most differences that a sentence names. */
  private static final int MOST_NAMED = 3;

  /** What kind of difference it is. */
  public enum Kind {
    MISSING,
    EXTRA,
    DIFFERENT,
    BEHIND,
    AHEAD,
    UNREACHABLE,
    NOT_ENFORCED,
    /** Decides, but not by what is committed here: it asks another Redis. */
    ASTRAY;

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

  /** All of them in a sentence: how many, and the first by name. */
  public static String sentence(List<Discrepancy> all) {
    if (all.isEmpty()) {
      return "enforced is what is committed";
    }
    String count = all.size() == 1 ? "1 difference" : all.size() + " differences";
    var named = all.stream().limit(MOST_NAMED).map(Discrepancy::text).toList();
    int more = all.size() - named.size();
    return count
        + " between wanted and enforced: "
        + String.join("; ", named)
        + (more > 0 ? "; and " + more + " more" : "");
  }
}
