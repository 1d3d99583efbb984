package dev.deployclaw.core.call;

import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObservedState;
import java.util.Map;
import java.util.Optional;

/**
 * When a member counts as gone back. It need not have taken anything: a member that never took what
 * is undone is there already. And a person may leave members out.
 *
 * @param back whether anything goes back; else none of this holds
 * @param former the epoch whose policies come back; empty where that is what was found, and where a
 *     candidate is taken back
 * @param found what was found before the first change, where that comes back
 * @param leftOut who is left out since an earlier effect: they aren't waited for
 * @param word whom a person leaves out who can't go back by the end of this one
 */
public record RollbackCompletion(
    boolean back,
    Optional<EpochSpec> former,
    Optional<ObservedState> found,
    Optional<RollbackExclusions> leftOut,
    Optional<RollbackExclusions> word) {
  /** Of what brings something new: everybody takes it. */
  public static final RollbackCompletion NONE =
      new RollbackCompletion(
          false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private static final String LEFT_OUT = "left_out";
  private static final String EPOCH = "epoch";

  /** Who of those that were observed is as it was found; of the others that isn't known. */
  public ParticipantReplies asFound(ParticipantReplies observed) {
    return observed.each((participant, r) ->
        r.answer() == Answer.YES
                && found
                    .flatMap(f -> f.of(participant, r.member()))
                    .filter(f -> same(f, r))
                    .isPresent()
            ? r
            : MemberReport.unknown(r.member(), "differs from its original state"));
  }

  /** By its bytes, and by the epoch that it names: one that was given new ones names another. */
  private static boolean same(Map<String, Object> found, MemberReport now) {
    return now.digest().equals(found.get("digest")) && epoch(found) == epoch(now.facts());
  }

  private static long epoch(Map<String, Object> facts) {
    return facts.get(EPOCH) instanceof Number n ? n.longValue() : 0;
  }

  /** What was answered, without those that are left out: what they say doesn't count. */
  public ParticipantReplies excusing(ParticipantReplies replies) {
    return excusing(replies, leftOut);
  }

  /** The same in the end, without those whom a person leaves out now. */
  public ParticipantReplies atLast(ParticipantReplies replies) {
    return excusing(replies, word);
  }

  private static ParticipantReplies excusing(
      ParticipantReplies replies, Optional<RollbackExclusions> members) {
    return members.map(l -> replies.each((_, r) -> excused(r, l))).orElse(replies);
  }

  private static MemberReport excused(MemberReport r, RollbackExclusions leftOut) {
    return ParticipantReplies.open(r) && leftOut.members().contains(r.member())
        ? new MemberReport(
            r.member(),
            Answer.SKIPPED,
            "",
            "left out by " + leftOut.by(r.member()) + ": " + r.reason(),
            Map.of(LEFT_OUT, true))
        : r;
  }

  /** All who are left out by now; empty where nobody is whom an earlier effect doesn't know. */
  public Optional<RollbackExclusions> newly(ParticipantReplies replies) {
    var missed =
        replies.all().stream()
            .filter(r -> r.facts().containsKey(LEFT_OUT))
            .map(MemberReport::member)
            .filter(m -> leftOut.filter(l -> l.members().contains(m)).isEmpty())
            .toList();
    return word.filter(_ -> !missed.isEmpty())
        .map(w ->
            leftOut.map(l -> l.and(missed, w.by())).orElse(new RollbackExclusions(missed, w.by())));
  }
}
