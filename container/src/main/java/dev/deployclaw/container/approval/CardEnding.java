package dev.deployclaw.container.approval;

import dev.deployclaw.core.service.HoldEnding;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * How a card's hold ended.
 *
 * @param sentence for people: who decided, where and when, as far as it is known
 */
public record CardEnding(Result result, String sentence) {
  private static final int LONGEST = 400;

  /** What it came to; a timeout is no person's no. */
  public enum Result {
    APPROVED,
    REJECTED,
    EXPIRED,
    /** It can't be approved any more, and no person's no is known. */
    ENDED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final CardEnding EXPIRED =
      new CardEnding(Result.EXPIRED, "Expired: not decided in time. Ask for the change again.");

  /**
   * @param taken the decision that serving agents took; counts only if it is the one that the state
   *     store has, or the only one
   */
  static CardEnding of(HoldEnding ending, Optional<TakenDecision> taken) {
    return switch (ending) {
      case HoldEnding.Approved(String who, long at) -> {
        var here = taken.filter(d -> d.approves() && d.who().equals(who));
        yield ended(Result.APPROVED, "Approved by " + who, here, at);
      }
      case HoldEnding.Rejected(String reason) -> {
        var here = taken.filter(d -> !d.approves() && reason.endsWith("by " + d.who()));
        yield ended(
            Result.REJECTED,
            reason.substring(0, 1).toUpperCase(Locale.ROOT) + reason.substring(1),
            here,
            here.map(TakenDecision::atMillis).orElse(0L));
      }
      case HoldEnding.Expired() -> EXPIRED;
      case HoldEnding.Ended(String reason) ->
          new CardEnding(Result.ENDED, HoldCard.line("No longer held: " + reason, LONGEST));
      case HoldEnding.Waiting(), HoldEnding.Unrecorded() -> unrecorded(taken);
    };
  }

  /** Of a repair, or of what waited for its time, the state store keeps no end. */
  private static CardEnding unrecorded(Optional<TakenDecision> taken) {
    String last =
        taken
            .filter(d -> !d.equals(TakenDecision.SEVERAL))
            .map(d ->
                "%s %s it in %s, %s; "
                    .formatted(
                        d.who(),
                        d.approves() ? "approved" : "rejected",
                        d.place(),
                        time(d.atMillis())))
            .orElse("");
    return new CardEnding(
        Result.ENDED,
        HoldCard.line("No longer held: " + last + "see the execution's log.", LONGEST));
  }

  private static CardEnding ended(
      Result result, String who, Optional<TakenDecision> taken, long atMillis) {
    String place = taken.map(d -> " in " + d.place()).orElse("");
    String time = atMillis == 0 ? "" : ", " + time(atMillis);
    return new CardEnding(result, HoldCard.line(who + place + time + ".", LONGEST));
  }

  private static Instant time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS);
  }
}
