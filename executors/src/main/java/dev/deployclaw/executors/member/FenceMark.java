package dev.deployclaw.executors.member;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who published what: the term of a leader, the epoch, and the step of a cohort beside it. They
 * only ever grow at a back end.
 *
 * @param step 0 where everybody is at the epoch since it was committed
 */
public record FenceMark(long term, long epoch, long step) {
  /** Before the first change. */
  public static final FenceMark NOBODY = new FenceMark(0, 0);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}) (\\d{1,18})(?: (\\d{1,18}))?");

  /** Of an epoch without a cohort. */
  public FenceMark(long term, long epoch) {
    this(term, epoch, 0);
  }

  /** What is unreadable was written by nobody of ours, and holds nobody up. */
  public static FenceMark parse(String text) {
    var match = TEXT.matcher(text.strip());
    return match.matches()
        ? new FenceMark(number(match.group(1)), number(match.group(2)), number(match.group(3)))
        : NOBODY;
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  public String text() {
    return term + " " + epoch + (step == 0 ? "" : " " + step);
  }

  /** Why a leader of this term may not write here at all; empty where it may. */
  public Optional<String> deposedBy(FenceMark standing) {
    return term < standing.term
        ? Optional.of(
            "the leader of the later term "
                + standing.term
                + " has already written here, this is term "
                + term)
        : Optional.empty();
  }

  /** Why this mark may not follow the one that stands there; empty where it may. */
  public Optional<String> refusedBy(FenceMark standing) {
    return deposedBy(standing)
        .or(() ->
            epoch < standing.epoch
                ? Optional.of("the later epoch " + standing.epoch + " is live there")
                : Optional.empty())
        .or(() ->
            epoch == standing.epoch && step < standing.step
                ? Optional.of(
                    "step %d of epoch %d's cohort is live there, this is %d"
                        .formatted(standing.step, epoch, step))
                : Optional.empty());
  }
}
