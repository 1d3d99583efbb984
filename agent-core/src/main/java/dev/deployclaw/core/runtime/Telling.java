package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is to be said about one act.
 *
 * @param decision that it is, if it is one
 */
record Telling(
    String detail, Status status, Map<String, Object> facts, Optional<Decision> decision) {

  /** What was found or done. */
  Telling(String detail, Status status, Map<String, Object> facts) {
    this(detail, status, facts, Optional.empty());
  }

  /** The same, as what is decided by it. */
  Telling deciding(Decision made) {
    return new Telling(detail, status, facts, Optional.of(made));
  }

  /** The counts, and everyone by name who did not say yes. */
  static Telling of(Tally tally) {
    var facts = new TreeMap<String, Object>();
    facts.put("yes", tally.with(Answer.YES).size());
    name(facts, "no", tally.members(Answer.NO));
    name(facts, "unknown", tally.members(Answer.UNKNOWN));
    name(facts, "skipped", tally.members(Answer.SKIPPED));
    if (tally.allYes()) {
      return new Telling(tally.counts(), Status.OK, facts);
    }
    boolean refused = !tally.with(Answer.NO).isEmpty();
    String who = tally.pending();
    return new Telling(tally.counts() + "; " + who, refused ? Status.ERROR : Status.UNKNOWN, facts);
  }

  private static void name(Map<String, Object> facts, String key, List<String> members) {
    if (!members.isEmpty()) {
      facts.put(key, members);
    }
  }
}
