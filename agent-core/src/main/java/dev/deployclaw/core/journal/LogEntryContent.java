package dev.deployclaw.core.journal;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is to be said about one act.
 *
 * @param decision that it is, if it is one
 */
public record LogEntryContent(
    String detail, Status status, Map<String, Object> facts, Optional<RecordedDecision> decision) {

  /** What was found or done. */
  public LogEntryContent(String detail, Status status, Map<String, Object> facts) {
    this(detail, status, facts, Optional.empty());
  }

  /** What is said without facts. */
  public LogEntryContent(String detail, Status status) {
    this(detail, status, Map.of());
  }

  /** The same, as what is decided by it. */
  public LogEntryContent deciding(RecordedDecision made) {
    return new LogEntryContent(detail, status, facts, Optional.of(made));
  }

  /** The counts, and everyone by name who did not say yes. */
  public static LogEntryContent of(ParticipantReplies replies) {
    var facts = new TreeMap<String, Object>();
    facts.put("yes", replies.with(Answer.YES).size());
    name(facts, "no", replies.members(Answer.NO));
    name(facts, "unknown", replies.members(Answer.UNKNOWN));
    name(facts, "skipped", replies.members(Answer.SKIPPED));
    if (replies.allYes()) {
      return new LogEntryContent(replies.counts(), Status.OK, facts);
    }
    boolean refused = !replies.with(Answer.NO).isEmpty();
    String who = replies.pending();
    return new LogEntryContent(
        replies.counts() + "; " + who, refused ? Status.ERROR : Status.UNKNOWN, facts);
  }

  private static void name(Map<String, Object> facts, String key, List<String> members) {
    if (!members.isEmpty()) {
      facts.put(key, members);
    }
  }
}
