package dev.deployclaw.audit.export;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What others wrote, as the text of an HTML element or of a quoted attribute. Pure. */
final class HtmlText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private HtmlText() {}

  /** On one line, of a bounded length. */
  static String of(String text) {
    String line = ExportedText.line(text);
    var out = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** The same in an element that keeps its order of reading to itself. */
  static String isolated(String text) {
    return "<bdi>" + of(text) + "</bdi>";
  }

  /** In UTC, to the second. */
  static String time(Instant instant) {
    return TIME.format(instant);
  }
}
