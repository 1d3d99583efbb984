package dev.deployclaw.ratelimit.settings;

import dev.deployclaw.policy.wire.DecideHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** In which headers clients are told what is left. */
public enum HeaderStyle {
  /** {@code RateLimit} and {@code RateLimit-Policy}, as the IETF draft has them. */
  DRAFT("draft"),
  /** {@code X-RateLimit-*}. */
  OLD("old"),
  BOTH("both"),
  NONE("none");

  private static final List<String> OF_DRAFT =
      List.of(DecideHeaders.RATE_LIMIT, DecideHeaders.RATE_LIMIT_POLICY);
  private static final List<String> OF_OLD =
      List.of(DecideHeaders.OLD_LIMIT, DecideHeaders.OLD_REMAINING, DecideHeaders.OLD_RESET);

  private final String word;

  HeaderStyle(String word) {
    this.word = word;
  }

  static Optional<HeaderStyle> ofWord(String word) {
    return Arrays.stream(values()).filter(s -> s.word.equals(word)).findFirst();
  }

  /** Whether a header of an answer is passed on. */
  public boolean shows(String header) {
    return switch (this) {
      case BOTH -> true;
      case DRAFT -> !OF_OLD.contains(header);
      case OLD -> !OF_DRAFT.contains(header);
      case NONE -> !OF_OLD.contains(header) && !OF_DRAFT.contains(header);
    };
  }
}
