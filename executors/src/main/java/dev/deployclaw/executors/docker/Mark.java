package dev.deployclaw.executors.docker;

import java.util.Optional;
import java.util.regex.Pattern;

/** Who published what: the term of a leader, and the epoch. Both only ever grow at a gateway. */
record Mark(long term, long epoch) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}) (\\d{1,18})");

  /** What is unreadable was written by nobody of ours, and holds nobody up. */
  static Mark parse(String text) {
    var match = TEXT.matcher(text.strip());
    return match.matches()
        ? new Mark(Long.parseLong(match.group(1)), Long.parseLong(match.group(2)))
        : new Mark(0, 0);
  }

  String text() {
    return term + " " + epoch + "\n";
  }

  /** Why this mark may not follow the one that stands there; empty where it may. */
  Optional<String> refusedBy(Mark standing) {
    if (term < standing.term) {
      return Optional.of("the leader of term " + standing.term + " was here, this is " + term);
    }
    if (epoch < standing.epoch) {
      return Optional.of("the later epoch " + standing.epoch + " is live there");
    }
    return Optional.empty();
  }
}
