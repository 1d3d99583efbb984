package dev.deployclaw.core.drift;

import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberPhrases.Entry;
import dev.deployclaw.policy.finding.Severity;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One way in which what is enforced differs from what is committed, or from what is wanted.
 *
 * @param detail what was seen there
 * @param remedy what a person can do about it
 */
public record Discrepancy(Kind kind, String member, String detail, String remedy) {
  private static final String REPAIR =
      "put the committed epoch back with: deployclaw drift --repair";

  /** What kind of difference it is. */
  public enum Kind {
    MISSING(Severity.ERROR, REPAIR),
    /** No member acts on it. */
    EXTRA(Severity.WARNING, REPAIR),
    DIFFERENT(Severity.ERROR, REPAIR),
    BEHIND(Severity.ERROR, REPAIR),
    AHEAD(
        Severity.ERROR,
        "find out who wrote there or restored the state store; a repair won't touch it"),
    /** What it enforces isn't known. */
    UNREACHABLE(Severity.WARNING, "bring it back, then look again: deployclaw drift"),
    /** What it enforces isn't known, since this agent may not see it. */
    ACCESS_DENIED(
        Severity.WARNING,
        "give this agent the right that is named, or renew its credential, then look again:"
            + " deployclaw drift"),
    NOT_ENFORCED(Severity.ERROR, REPAIR),
    /** Decides, but not by what is committed here: it asks another Redis. */
    ASTRAY(Severity.ERROR, "start it with the --redis of this estate");

    private final Severity severity;
    private final String remedy;

    Kind(Severity severity, String remedy) {
      this.severity = severity;
      this.remedy = remedy;
    }

    /** Whether something was seen there; else there is only silence. */
    public boolean seen() {
      return this != UNREACHABLE && this != ACCESS_DENIED;
    }

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a person can do about it, where a discrepancy says nothing else. */
    public String remedy() {
      return remedy;
    }

    /** An error where requests may be decided otherwise than by what is committed. */
    public Severity severity() {
      return severity;
    }
  }

  /** One with the remedy of its kind. */
  public Discrepancy(Kind kind, String member, String detail) {
    this(kind, member, detail, kind.remedy);
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return Map.of(
        "kind", kind.word(),
        "severity", kind.severity().name().toLowerCase(Locale.ROOT),
        "member", member,
        "detail", detail,
        "remedy", remedy);
  }

  /** Its remedy stands there where it isn't that of its kind. */
  public String text() {
    String own = remedy.equals(kind.remedy) ? "" : "; " + remedy;
    return member + " " + kind.word() + ": " + detail + own;
  }

  /** All of them in a sentence: how many, and the first by name. */
  public static String sentence(List<Discrepancy> all) {
    if (all.isEmpty()) {
      return "no drift";
    }
    return count(all)
        + ": "
        + MemberPhrases.listed(
            all.stream()
                .map(d -> new Entry(d.member(), d.text(), d.kind().severity() == Severity.ERROR))
                .toList());
  }

  /** A member that wasn't seen is no difference. */
  private static String count(List<Discrepancy> all) {
    long seen = all.stream().filter(d -> d.kind().seen()).count();
    long unseen =
        all.stream().filter(d -> !d.kind().seen()).map(Discrepancy::member).distinct().count();
    String differences =
        (seen == 1 ? "1 difference" : seen + " differences") + " between wanted and enforced";
    String unknown = unseen == 1 ? "1 member unknown" : unseen + " members unknown";
    if (unseen == 0) {
      return differences;
    }
    return seen == 0 ? unknown : differences + ", " + unknown;
  }
}
