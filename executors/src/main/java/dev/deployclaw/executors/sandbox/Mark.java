package dev.deployclaw.executors.sandbox;

import java.util.Optional;
import java.util.regex.Pattern;

/** Who published what: the term of a leader, and the epoch. Both only ever grow at a back end. */
public record Mark(long term, long epoch) {
  /** Before the first change. */
  public static final Mark NOBODY = new Mark(0, 0);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}) (\\d{1,18})");

  /** What is unreadable was written by nobody of ours, and holds nobody up. */
  public static Mark parse(String text) {
    var match = TEXT.matcher(text.strip());
    return match.matches()
        ? new Mark(Long.parseLong(match.group(1)), Long.parseLong(match.group(2)))
        : NOBODY;
  }

  public String text() {
    return term + " " + epoch;
  }

  /** Why a leader of this term may not write here at all; empty where it may. */
  public Optional<String> deposedBy(Mark standing) {
    return term < standing.term
        ? Optional.of("the leader of term " + standing.term + " was here, this is " + term)
        : Optional.empty();
  }

  /** Why this mark may not follow the one that stands there; empty where it may. */
  public Optional<String> refusedBy(Mark standing) {
    return deposedBy(standing)
        .or(() ->
            epoch < standing.epoch
                ? Optional.of("the later epoch " + standing.epoch + " is live there")
                : Optional.empty());
  }
}
