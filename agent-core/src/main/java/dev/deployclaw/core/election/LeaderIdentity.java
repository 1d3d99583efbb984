package dev.deployclaw.core.election;

/**
 * Who leads.
 *
 * @param since when it took the lead, an RFC 3339 instant; empty where it doesn't say
 */
public record LeaderIdentity(String name, String since) {
  private static final String SINCE = " since ";

  /** What a leader writes under its key. */
  String text() {
    return name + SINCE + since;
  }

  /** As {@link #text} wrote it; any other value is a name. */
  static LeaderIdentity parse(String text) {
    int at = text.lastIndexOf(SINCE);
    return at < 0
        ? new LeaderIdentity(text, "")
        : new LeaderIdentity(text.substring(0, at), text.substring(at + SINCE.length()));
  }
}
