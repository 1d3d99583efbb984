package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Digits as people write them: "1,200", "1'200", "1.200.000", "0.5". What may be two numbers is
 * none: "1.200" is 1.2 to some and 1200 to others, "1,5" is 1.5 or a list. Pure.
 */
final class WrittenNumber {
  /** With the groups of the one or the other style. */
  static final String PATTERN =
      "\\d{1,3}(?:[,_ '’]\\d{3})+(?!\\d)(?:\\.\\d+)?|\\d{1,3}\\.\\d{3}\\.\\d{3}(?![.\\d])"
          + "|\\d+,\\d{1,2}(?![\\d,.])|\\d+(?:\\.\\d+)?";

  private static final Pattern GROUP_OR_PART = Pattern.compile("([1-9]\\d{0,2})\\.(\\d{3})");
  private static final Pattern PART_OR_LIST = Pattern.compile("(\\d+),(\\d{1,2})");
  private static final Pattern GROUPS = Pattern.compile("\\d{1,3}\\.\\d{3}\\.\\d{3}");
  private static final Pattern FACTOR_BEHIND = Pattern.compile("(?is) ?(?:x|×|times)\\b.*");
  private static final Pattern FACTOR_BEFORE = Pattern.compile("(?is).*\\b(?:x|factor(?: of)?) ?");

  private WrittenNumber() {}

  /** The number at a place of a text, or an unknown word that names what it may be. */
  static Token read(String text, int from, int to) {
    String digits = text.substring(from, to);
    var group = GROUP_OR_PART.matcher(digits);
    if (group.matches() && !isFactor(text.substring(0, from), text.substring(to))) {
      return unclear(digits, from, group.group(1) + group.group(2), new BigDecimal(digits));
    }
    var part = PART_OR_LIST.matcher(digits);
    if (part.matches()) {
      var point = new BigDecimal(digits.replace(',', '.'));
      return unclear(digits, from, part.group(1) + part.group(2), point);
    }
    boolean groups = GROUPS.matcher(digits).matches();
    var value = new BigDecimal(digits.replaceAll(groups ? "\\." : "[,_ '’]", ""));
    return Token.of(Kind.NUMBER, "", from, to).with(value, BigDecimal.ZERO);
  }

  private static boolean isFactor(String before, String behind) {
    return FACTOR_BEHIND.matcher(behind).matches() || FACTOR_BEFORE.matcher(before).matches();
  }

  private static Token unclear(String digits, int from, String whole, BigDecimal parted) {
    String either = whole + " or " + parted.stripTrailingZeros().toPlainString();
    return Token.of(Kind.UNKNOWN, digits, from, from + digits.length()).by(either);
  }
}
