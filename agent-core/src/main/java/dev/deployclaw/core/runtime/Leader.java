package dev.deployclaw.core.runtime;

/**
 * Who leads.
 *
 * @param since when it took the lead, an RFC 3339 instant; empty where it doesn't say
 */
public record Leader(String name, String since) {
  private static final String SINCE = " since ";

  /** What a leader writes under its key. */
  String text() {
    return name + SINCE + since;
  }

  /** As {@link #text} wrote it; whatever else stands there is a name. */
  static Leader parse(String text) {
    int at = text.lastIndexOf(SINCE);
    return at < 0
        ? new Leader(text, "")
        : new Leader(text.substring(0, at), text.substring(at + SINCE.length()));
  }
}
