package dev.deployclaw.policy.document;

/** Text in double quotes with escapes that YAML 1.2 and JSON share. */
public final class QuotedText {
  private static final int MOST_SHOWN = 60;

  private QuotedText() {}

  /** For a message: cut where it is long. */
  public static String shortly(String text) {
    return text.length() <= MOST_SHOWN
        ? of(text)
        : of(text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN / 2)) + "…");
  }

  public static String of(String text) {
    var out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> out.append(isPlain(c) ? String.valueOf(c) : "\\u%04x".formatted((int) c));
      }
    }
    return out.append('"').toString();
  }

  private static boolean isPlain(char c) {
    boolean control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    boolean unseen = c == '\uFEFF' || c == '\u2028' || c == '\u2029' || c >= '\uFFFE';
    return !control && !unseen;
  }
}
