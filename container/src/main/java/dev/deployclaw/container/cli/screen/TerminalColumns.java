package dev.deployclaw.container.cli.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jline.utils.WCWidth;

/** Texts by the columns that they take on a terminal: some characters take two, some none. Pure. */
public final class TerminalColumns {
  /** How wide a terminal is that doesn't say. */
  public static final int USUAL = 80;

  /** Further lines of a text begin within the first part of so many. */
  private static final int DEEPEST = 4;

  private static final Pattern TITLE = Pattern.compile(" *+(?:\\S++ {2,}+)?");

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
    return columns < 1 ? "" : text.substring(0, end(text, 0, columns - 1)) + "…";
  }

  /**
   * In as many lines as it needs, broken between words. Each begins as far in as the text, or as
   * what follows its title.
   *
   * @param whole whether a word that is wider stays so, to be copied; else it is parted
   */
  public static List<String> folded(String text, int columns, boolean whole) {
    var title = TITLE.matcher(text);
    boolean hangs = title.lookingAt() && title.end() <= columns / DEEPEST;
    String indent = " ".repeat(hangs ? title.end() : 0);
    var out = new ArrayList<String>();
    int from = 0;
    do {
      String lead = from == 0 ? "" : indent;
      int to = wordEnd(text, from, columns - lead.length(), whole);
      out.add(lead + text.substring(from, to));
      from = to;
      while (from < text.length() && text.charAt(from) == ' ') {
        from++;
      }
    } while (from < text.length());
    return out;
  }

  private static int wordEnd(String text, int from, int columns, boolean whole) {
    int fits = end(text, from, columns);
    if (fits == text.length()) {
      return fits;
    }
    int most = Math.max(fits, text.offsetByCodePoints(from, 1));
    int at = most;
    while (at > from && (at == text.length() || text.charAt(at) != ' ')) {
      at--;
    }
    if (!text.substring(from, at).isBlank()) {
      return at;
    }
    int next = whole ? text.indexOf(' ', most) : most;
    return next < 0 ? text.length() : next;
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
