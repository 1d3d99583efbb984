package dev.deployclaw.container.cli.screen;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/** Texts by the columns that they take on a terminal: some characters take two, some none. Pure. */
public final class TerminalColumns {
  /** How wide a terminal is that doesn't say. */
  public static final int USUAL = 80;

  private static final String MORE = "…";

  private TerminalColumns() {}

  public static int width(String text) {
    return text.codePoints().map(TerminalColumns::width).sum();
  }

  private static int width(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  /** The text, or as much of it as there is room for. */
  public static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    return columns < 1 ? "" : text.substring(0, end(text, 0, columns - 1)) + MORE;
  }

  /** In as many lines as it needs; one that is empty stays one. */
  static List<String> wrapped(String text, int columns) {
    var out = new ArrayList<String>();
    int from = 0;
    do {
      int to = Math.max(end(text, from, columns), Math.min(text.length(), from + 1));
      out.add(text.substring(from, to));
      from = to;
    } while (from < text.length());
    return out;
  }

  /** Where the part of a text ends that begins there and fits. */
  private static int end(String text, int from, int columns) {
    int at = from;
    int left = columns;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      left -= width(codePoint);
      if (left < 0) {
        return at;
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }
}
