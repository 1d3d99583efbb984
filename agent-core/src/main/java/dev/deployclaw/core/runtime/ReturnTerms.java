package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.List;
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
 * @param leftOut whom a person leaves out
 */
record ReturnTerms(
    boolean back,
    Optional<Activation> former,
    Optional<Observation> found,
    Optional<LeftOut> leftOut) {
  /** Of what brings something new: everybody takes it. */
  static final ReturnTerms NONE =
      new ReturnTerms(false, Optional.empty(), Optional.empty(), Optional.empty());

  private static final String LEFT_OUT = "left_out";
  private static final String EPOCH = "epoch";

  /** Of a change as it stands, with whom this leader was told to leave out. */
  static ReturnTerms of(Execution x, Content content, Duty duty) {
    boolean back = x.kind().back() || x.state() instanceof State.Withdrawing;
    if (!back) {
      return NONE;
    }
    var now = duty.leftOut();
    var all =
        x.leftOut().isEmpty()
            ? now
            : now.map(n -> x.leftOut().get().and(n.members(), n.by())).or(x::leftOut);
    return new ReturnTerms(true, content.former(x), content.restores(), all);
  }

  /** Who of those that were observed is as it was found; of the others that isn't known. */
  Tally asFound(Tally observed) {
    return observed.each((participant, r) ->
        r.answer() == Answer.YES
                && found
                    .flatMap(f -> f.of(participant, r.member()))
                    .filter(f -> same(f, r))
                    .isPresent()
            ? r
            : Report.unknown(r.member(), "isn't as it was found"));
  }

  /** By its bytes, and by the epoch that it names: one that was given new ones names another. */
  private static boolean same(Map<String, Object> found, Report now) {
    return now.digest().equals(found.get("digest")) && epoch(found) == epoch(now.facts());
  }

  private static long epoch(Map<String, Object> facts) {
    return facts.get(EPOCH) instanceof Number n ? n.longValue() : 0;
  }

  /** What was answered, without those that are left out: what they say doesn't count. */
  Tally excusing(Tally tally) {
    return leftOut.map(l -> tally.each((_, r) -> excused(r, l))).orElse(tally);
  }

  private static Report excused(Report r, LeftOut leftOut) {
    boolean open = r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN;
    return open && leftOut.members().contains(r.member())
        ? new Report(
            r.member(),
            Answer.SKIPPED,
            "",
            "left out by " + leftOut.by() + ": " + r.reason(),
            Map.of(LEFT_OUT, true))
        : r;
  }

  /** Those of the members that are left out who could not go back. */
  static List<String> missed(Tally tally) {
    return tally.all().stream()
        .filter(r -> r.facts().containsKey(LEFT_OUT))
        .map(Report::member)
        .toList();
  }
}
