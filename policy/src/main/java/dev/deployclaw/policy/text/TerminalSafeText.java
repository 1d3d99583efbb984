package dev.deployclaw.policy.text;

/**
 * What others wrote, as one line that a terminal prints and doesn't obey: without control
 * characters (ECMA-48's in one byte and in two, so that no escape sequence begins), line and
 * paragraph separators, and marks that turn the order in which text is read (UAX #9). Pure.
 */
public final class TerminalSafeText {
  private static final char FIRST_PLAIN = 0x20;
  private static final char DELETE = 0x7f;
  private static final char LAST_CONTROL = 0x9f;

  private TerminalSafeText() {}

  /** The same text where it is one harmless line; else with one space for each run that isn't. */
  public static String line(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isObeyed(text.charAt(i))) {
        return rewritten(text, i);
      }
    }
    return text;
  }

  /** Spaces beside what is left out are part of the run; those that a line begins with stay. */
  private static String rewritten(String text, int from) {
    var out = new StringBuilder(text.length()).append(text, 0, from);
    boolean within = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isObeyed(c)) {
        within = true;
      } else if (!within || c != ' ') {
        space(out, within);
        out.append(c);
        within = false;
      }
    }
    space(out, within);
    return out.toString();
  }

  private static void space(StringBuilder out, boolean wanted) {
    if (wanted && (out.isEmpty() || out.charAt(out.length() - 1) != ' ')) {
      out.append(' ');
    }
  }

  private static boolean isObeyed(char c) {
    if (c < DELETE) {
      return c < FIRST_PLAIN;
    }
    boolean control = c <= LAST_CONTROL;
    boolean separator = c == '\u2028' || c == '\u2029';
    boolean embedding = c >= '\u202a' && c <= '\u202e';
    boolean isolate = c >= '\u2066' && c <= '\u2069';
    boolean mark = c == '\u200e' || c == '\u200f' || c == '\u061c';
    return control || separator || embedding || isolate || mark;
  }
}
