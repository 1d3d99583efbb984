package dev.deployclaw.core.language.value;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.policy.model.Limit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns measured quantities into the whole numbers of an intent, or says why it can't. */
public final class AmountRanges {
  private static final BigDecimal MILLIS = BigDecimal.valueOf(1000);

  private final OpenQuestions doubts;

  public AmountRanges(OpenQuestions doubts) {
    this.doubts = doubts;
  }

  /** A number of requests: whole, not negative, within the policy's range. */
  public Optional<Long> requests(BigDecimal value, String what) {
    if (value.signum() < 0) {
      doubts.refuse(what + " can't be negative: " + plain(value));
      return Optional.empty();
    }
    if (value.compareTo(BigDecimal.valueOf(Limit.MOST_REQUESTS)) > 0) {
      doubts.refuse(what + " can't be more than " + Limit.MOST_REQUESTS + ": " + plain(value));
      return Optional.empty();
    }
    if (!whole(value)) {
      var below = value.setScale(0, RoundingMode.FLOOR);
      var near = Stream.of(below, below.add(BigDecimal.ONE)).map(AmountRanges::plain).toList();
      String text =
          "%s must be a whole number, not %s: %s?"
              .formatted(what, plain(value), String.join(" or ", near));
      doubts.ask(ClarificationQuestion.of("what-missing", "what", text).choosing(near));
      return Optional.empty();
    }
    return Optional.of(value.longValueExact());
  }

  public Optional<Long> burst(BigDecimal value) {
    if (value.signum() == 0) {
      doubts.refuse("a burst is at least 1");
      return Optional.empty();
    }
    return requests(value, "a burst");
  }

  /** A window: whole seconds, 1 s to 30 d. */
  public Optional<Long> window(BigDecimal millis) {
    var seconds = millis.divide(MILLIS);
    boolean fits =
        seconds.signum() > 0
            && seconds.compareTo(BigDecimal.valueOf(Limit.LONGEST_WINDOW.toSeconds())) <= 0;
    String why = "a window is 1 second to 30 days in whole seconds, not " + plain(seconds) + " s";
    return fitting(seconds, fits, why);
  }

  /** A length of time in whole seconds, at least one. */
  public Optional<Long> seconds(BigDecimal millis, String what) {
    var seconds = millis.divide(MILLIS);
    String why = what + " is at least one second, in whole seconds";
    return fitting(seconds, seconds.signum() > 0, why);
  }

  public Optional<Long> millis(BigDecimal millis, String what) {
    String why = what + " is at least one millisecond, in whole milliseconds";
    return fitting(millis, millis.signum() > 0, why);
  }

  public Optional<Integer> percent(BigDecimal value, String what) {
    boolean fits = value.signum() > 0 && value.compareTo(BigDecimal.valueOf(100)) <= 0;
    String why = what + " is 1 to 100 percent in whole numbers, not " + plain(value);
    return fitting(value, fits, why).map(Long::intValue);
  }

  private Optional<Long> fitting(BigDecimal value, boolean fits, String why) {
    if (!fits || !whole(value)) {
      doubts.refuse(why);
      return Optional.empty();
    }
    return Optional.of(value.longValueExact());
  }

  public static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static boolean whole(BigDecimal value) {
    return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
  }
}
