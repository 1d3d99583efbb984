package dev.deployclaw.audit.export;

import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.Optional;

/** What others wrote, as one line of a bounded length. Pure. */
public final class ExportedText {
  /** Characters; spreadsheets cut a cell off after 32,767. */
  static final int MOST_CHARACTERS = 2_000;

  private ExportedText() {}

  /** The text, or how it begins and how much more there is. */
  public static String line(String text) {
    if (!isCut(text)) {
      return TerminalSafeText.line(text);
    }
    boolean pair = Character.isHighSurrogate(text.charAt(MOST_CHARACTERS - 1));
    int end = pair ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
    return TerminalSafeText.line(text.substring(0, end))
        + "… (%d more characters are in the log)".formatted(text.length() - end);
  }

  /** The same; empty where there is none. */
  public static Optional<String> some(String text) {
    return Optional.of(line(text)).filter(t -> !t.isEmpty());
  }

  static boolean isCut(String text) {
    return text.length() > MOST_CHARACTERS;
  }
}
