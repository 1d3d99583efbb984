package dev.deployclaw.audit.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a character may be written in a text: as it is, percent-encoded (RFC 3986, once or twice, in
 * either case; a space as {@code +}), as JSON and programs escape it, as HTML does. Between two
 * characters a line may end. Each method looks at a bounded number of characters. Pure.
 */
final class EscapeSequences {
  private static final int NONE = -1;
  private static final int MOST_BACKSLASHES = 8;
  private static final int MOST_BLANKS = 64;
  private static final int MOST_BREAKS = 4;
  private static final int LONGEST_ENTITY = 10;
  private static final String SHORT = "bfnrt\"'/";
  private static final String MEANT = "\b\f\n\r\t\"'/";
  private static final Map<String, Integer> NAMED =
      Map.of("quot", 0x22, "amp", 0x26, "apos", 0x27, "lt", 0x3c, "gt", 0x3e);

  private EscapeSequences() {}

  /**
   * What an escape means.
   *
   * @param meant a code point
   * @param end where it ends in the text
   */
  record Reading(int meant, int end) {}

  /** Whether a spelling other than the character itself may begin with it. */
  static boolean mayBegin(char c) {
    return c == '%' || c == '\\' || c == '&' || c == '+';
  }

  /** Where spellings of that character end that begin there. */
  static List<Integer> ends(String text, int at, int character) {
    var out = new ArrayList<Integer>(1);
    if (at < text.length() && mayBegin(text.charAt(at))) {
      for (var reading : readings(text, at)) {
        if (reading.meant() == character) {
          out.add(reading.end());
        }
      }
    }
    if (at < text.length() && text.codePointAt(at) == character) {
      out.add(at + Character.charCount(character));
    }
    if (character == '\n' && text.startsWith("\r\n", at)) {
      out.add(at + 2);
    }
    return out;
  }

  /** All that an escape which begins there may mean. */
  static List<Reading> readings(String text, int at) {
    return switch (text.charAt(at)) {
      case '%' -> percent(text, at);
      case '\\' -> backslash(text, at);
      case '&' -> entity(text, at);
      case '+' -> List.of(new Reading(' ', at + 1));
      default -> List.of();
    };
  }

  private static List<Reading> percent(String text, int at) {
    var out = new ArrayList<Reading>();
    percent(text, at, "%25", out);
    percent(text, at, "%", out);
    return out;
  }

  /** A character of one byte or several (RFC 3629), each with that sign before it. */
  private static void percent(String text, int at, String sign, List<Reading> out) {
    int first = signed(text, at, sign);
    int width = sign.length() + 2;
    int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    int meant = more == 0 ? first : first & (0x3f >> more);
    for (int i = 1; i <= more && meant >= 0; i++) {
      int value = signed(text, at + i * width, sign);
      meant = value < 0 ? NONE : (meant << 6) | (value & 0x3f);
    }
    if (meant >= 0) {
      out.add(new Reading(meant, at + (more + 1) * width));
    }
  }

  private static int signed(String text, int at, String sign) {
    return text.startsWith(sign, at) ? hex(text, at + sign.length(), 2) : NONE;
  }

  private static List<Reading> backslash(String text, int at) {
    var out = new ArrayList<Reading>();
    int letter = afterBackslashes(text, at);
    if (letter < text.length()) {
      char c = text.charAt(letter);
      int index = SHORT.indexOf(c);
      if (index >= 0) {
        out.add(new Reading(MEANT.charAt(index), letter + 1));
      } else if (c == 'x') {
        out.add(new Reading(hex(text, letter + 1, 2), letter + 3));
      } else if (c == 'u') {
        out.add(unicode(text, letter));
      }
    }
    if (letter - at >= 2) {
      out.add(new Reading('\\', at + 2));
    }
    return out;
  }

  /** Four digits, or twice four where they are a pair. */
  private static Reading unicode(String text, int letter) {
    int meant = hex(text, letter + 1, 4);
    int end = letter + 5;
    int low = afterBackslashes(text, Math.min(end, text.length()));
    int second = low > end && text.startsWith("u", low) ? hex(text, low + 1, 4) : NONE;
    boolean pair =
        meant >= Character.MIN_HIGH_SURROGATE
            && meant <= Character.MAX_HIGH_SURROGATE
            && second >= Character.MIN_LOW_SURROGATE
            && second <= Character.MAX_LOW_SURROGATE;
    return pair
        ? new Reading(Character.toCodePoint((char) meant, (char) second), low + 5)
        : new Reading(meant, end);
  }

  private static List<Reading> entity(String text, int at) {
    int end = text.indexOf(';', at, Math.min(text.length(), at + LONGEST_ENTITY));
    if (end < 0) {
      return List.of();
    }
    String name = text.substring(at + 1, end);
    if (name.startsWith("#x") || name.startsWith("#X")) {
      return List.of(new Reading(number(name, 2, 16), end + 1));
    }
    int meant = name.startsWith("#") ? number(name, 1, 10) : NAMED.getOrDefault(name, NONE);
    return List.of(new Reading(meant, end + 1));
  }

  /** Behind the line ends that begin there, and the blanks behind those; else that place itself. */
  static int afterBreak(String text, int at) {
    int end = at;
    int next = lineEnd(text, at);
    for (int breaks = 0; next > end && breaks < MOST_BREAKS; breaks++) {
      end = next;
      next = lineEnd(text, end);
    }
    return end == at ? at : afterBlanks(text, end);
  }

  static int afterBlanks(String text, int at) {
    int end = at;
    while (end < text.length() && end - at < MOST_BLANKS && isBlank(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static int lineEnd(String text, int at) {
    int letter = afterBackslashes(text, at);
    if (letter >= text.length()) {
      return at;
    }
    char c = text.charAt(letter);
    boolean plain = letter == at && (c == '\n' || c == '\r');
    boolean escaped = letter > at && (c == 'n' || c == 'r');
    return plain || escaped ? letter + 1 : at;
  }

  static int afterBackslashes(String text, int at) {
    int end = at;
    while (end < text.length() && end - at < MOST_BACKSLASHES && text.charAt(end) == '\\') {
      end++;
    }
    return end;
  }

  private static int hex(String text, int from, int digits) {
    return from + digits > text.length()
        ? NONE
        : number(text.substring(from, from + digits), 0, 16);
  }

  /** Negative where something isn't a digit; of at most eight digits. */
  private static int number(String text, int from, int radix) {
    int value = from < text.length() ? 0 : NONE;
    for (int i = from; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0) {
        return NONE;
      }
      value = value * radix + digit;
    }
    return value;
  }
}
