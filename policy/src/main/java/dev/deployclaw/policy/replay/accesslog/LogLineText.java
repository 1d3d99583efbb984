package dev.deployclaw.policy.replay.accesslog;

import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.Locale;
import java.util.regex.Pattern;

/** Pieces of lines that others wrote. */
final class LogLineText {
  private static final int LONGEST = 60;
  private static final Pattern PORT = Pattern.compile(":\\d+$");

  private LogLineText() {}

  /** For a message: its start, without what a terminal would obey. */
  static String shortly(String text) {
    String plain = TerminalSafeText.line(text);
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }

  /** In lower case, without a port. */
  static String host(String text) {
    return PORT.matcher(text).replaceFirst("").toLowerCase(Locale.ROOT);
  }
}
