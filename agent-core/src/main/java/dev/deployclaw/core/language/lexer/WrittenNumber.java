package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Digits as people write them: "1,200", "1'200", "1.200.000", "0.5". What may be two numbers is
 * none: "1.200" is 1.2 to some and 1200 to others, "1,5" is 1.5 or a list, as is "20 100". Nor is a
 * remainder of such digits one. Pure.
 */
final class WrittenNumber {
  /** Digits and what parts them; a blank parts groups only. */
  static final String PATTERN = "[1-9]\\d{0,2}(?: \\d{3})+(?![\\d.,])|\\d+(?:[.,_'’]\\d+)*";

  private static final Pattern CLEAR =
      Pattern.compile(
          "\\d+(?:\\.\\d+)?|[1-9]\\d{0,2}(?:([,_ '’])\\d{3}(?:\\1\\d{3})*)(?:\\.\\d+)?");
  private static final Pattern GERMAN = Pattern.compile("[1-9]\\d{0,2}\\.\\d{3}\\.\\d{3}");
  private static final Pattern GROUP_OR_PART = Pattern.compile("([1-9]\\d{0,2})[.,](\\d{3})");
  private static final Pattern LIST_OR_GROUP =
      Pattern.compile("(\\d+(?: \\d{3})*) (?!000)(\\d{3})");
  private static final Pattern LIST_OR_PART = Pattern.compile("(\\d+),(\\d{1,2})");
  private static final Pattern FACTOR_BEHIND =
      Pattern.compile("(?is) ?(?:(?:x|times|percent|pct)\\b|[×%]).*");
  private static final Pattern FACTOR_BEFORE =
      Pattern.compile("(?is).*\\b(?:x|factor(?: of)?|(?:multiply|scale)\\b.{0,60} by) ?");

  private WrittenNumber() {}

  /** The number at a place of a text, or an unknown word that names what it may be. */
  static Token read(String text, int from, int to) {
    String digits = text.substring(from, to);
    var list = LIST_OR_PART.matcher(digits);
    var group = GROUP_OR_PART.matcher(digits);
    var blank = LIST_OR_GROUP.matcher(digits);
    if (blank.matches()) {
      return unclear(digits, from, digits.replace(" ", ""), blank.group(2));
    }
    if (list.matches()) {
      return unclear(digits, from, list.group(1) + list.group(2), parted(digits));
    }
    // A point is a factor's as a rule, and a comma is everything else's.
    if (group.matches()
        && digits.contains(",") == isFactor(text.substring(0, from), text.substring(to))) {
      return unclear(digits, from, group.group(1) + group.group(2), parted(digits));
    }
    boolean german = GERMAN.matcher(digits).matches();
    if (!german && !CLEAR.matcher(digits).matches()) {
      return Token.of(Kind.UNKNOWN, digits, from, to).by("");
    }
    var value = new BigDecimal(digits.replaceAll(german ? "\\." : "[,_ '’]", ""));
    return Token.of(Kind.NUMBER, "", from, to).with(value, BigDecimal.ZERO);
  }

  private static boolean isFactor(String before, String behind) {
    return FACTOR_BEHIND.matcher(behind).matches() || FACTOR_BEFORE.matcher(before).matches();
  }

  private static String parted(String digits) {
    return new BigDecimal(digits.replace(',', '.')).stripTrailingZeros().toPlainString();
  }

  private static Token unclear(String digits, int from, String whole, String other) {
    int to = from + digits.length();
    return Token.of(Kind.UNKNOWN, digits, from, to).by(whole + " or " + other);
  }
}
