package dev.deployclaw.core.planner;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a request into items with their character spans. Pure. */
final class Tokens {
  private static final String DATE = "\\d{4}-\\d{2}-\\d{2}";
  private static final Pattern TOKEN =
      Pattern.compile(
          String.join(
              "|",
              "(?<moment>"
                  + DATE
                  + "[Tt]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?([Zz]|[+-]\\d{2}:\\d{2}))",
              "(?<run>(?i:arch)-" + DATE + "-(?i:rate-limit)-\\d{3,6}(?![\\w-]))",
              "(?<vague>" + DATE + "([Tt ]\\d{1,2}:\\d{2}(:\\d{2})?)?|\\d{1,2}:\\d{2}(:\\d{2})?)",
              "(?<route>(?<![\\p{L}\\p{N}_])/[\\p{L}\\p{N}{*][\\w/{}*.:~-]*)",
              "(?<number>(\\d{1,3}(,\\d{3})+|\\d+)(\\.\\d+)?)",
              "(?<word>\\p{L}[\\p{L}\\p{M}\\p{N}_]*([-'’.][\\p{L}\\p{N}_]+)*)",
              "(?<mark>[^\\s])"));
  private static final Pattern UNIT_AFTER_SLASH =
      Pattern.compile("(?i)/(s|sec|second|m|min|minute|h|hr|hour|d|day)");
  private static final Pattern REPEATED = Pattern.compile("(?i)x(\\d+(\\.\\d+)?)");
  private static final String QUOTES = "\"'`“”‘’„«»";
  private static final String BREAKS = "()[]—–|•";
  private static final Pattern LISTED =
      Pattern.compile("(?m)^[ \\t]*\\d{1,2}[.)](?=[ \\t]+\\p{L})");
  private static final Set<String> GLUED = Set.of("k", "m");

  private final String text;
  private final KnownNames names;
  private final List<Item> items = new ArrayList<>();

  private Tokens(String text, KnownNames names) {
    this.text = text;
    this.names = names;
  }

  static List<Item> of(String text, KnownNames names) {
    return new Tokens(unlisted(text), names).cut();
  }

  /** "1. …" and "2) …" at the start of lines number them, and count nothing. */
  private static String unlisted(String text) {
    var marks = LISTED.matcher(text);
    return marks.results().count() < 2
        ? text
        : marks.replaceAll(mark -> " ".repeat(mark.group().length()));
  }

  private List<Item> cut() {
    var matcher = TOKEN.matcher(text);
    int at = 0;
    while (at < text.length() && matcher.find(at)) {
      lineBreak(at, matcher.start());
      at = take(matcher);
    }
    return List.copyOf(items);
  }

  /** A new line ends a clause. */
  private void lineBreak(int from, int to) {
    int line = text.substring(from, to).indexOf('\n');
    if (line >= 0 && !items.isEmpty()) {
      items.add(Item.word(";", from + line, from + line + 1));
    }
  }

  private int take(Matcher m) {
    int from = m.start();
    int to = m.end();
    if (m.group("moment") != null) {
      add(new Meaning.Moment(m.group().toUpperCase(Locale.ROOT)), from, to, "instant");
    } else if (m.group("run") != null) {
      add(new Meaning.Run(m.group().toLowerCase(Locale.ROOT)), from, to, "execution");
    } else if (m.group("vague") != null) {
      add(new Meaning.Vague(m.group()), from, to, "time");
    } else if (m.group("route") != null) {
      return route(from, to);
    } else if (m.group("number") != null) {
      return number(from, to);
    } else if (m.group("word") != null) {
      return word(from, to);
    } else {
      mark(m.group(), from, to);
    }
    return to;
  }

  private int route(int from, int to) {
    String path = text.substring(from, to);
    boolean perUnit = afterNumber() && UNIT_AFTER_SLASH.matcher(path).matches();
    if (perUnit) {
      items.add(Item.word("/", from, from + 1));
      return from + 1;
    }
    int end = to;
    while (".:".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    add(new Meaning.Route(text.substring(from, end)), from, end, "route");
    return end;
  }

  /** A number, unless a known name starts with it ({@code 3m}). */
  private int number(int from, int to) {
    int end = to;
    while (end < text.length() && nameLike(text.charAt(end))) {
      end++;
    }
    String whole = text.substring(from, end).toLowerCase(Locale.ROOT);
    if (end > to && names.has(whole)) {
      items.add(Item.word(whole, from, end));
      return possessive(end);
    }
    var value = new BigDecimal(text.substring(from, to).replace(",", ""));
    add(new Meaning.Num(value), from, to, "number");
    return to < text.length() && Character.isLetter(text.charAt(to)) ? suffix(to) : to;
  }

  private int possessive(int from) {
    boolean owns = text.startsWith("'s", from) || text.startsWith("’s", from);
    if (owns) {
      items.add(Item.word("'s", from, from + 2));
    }
    return owns ? from + 2 : from;
  }

  /** The letters right behind a number: {@code 2krpm} is 2, k and rpm. */
  private int suffix(int from) {
    int to = from;
    while (to < text.length() && Character.isLetter(text.charAt(to))) {
      to++;
    }
    String letters = text.substring(from, to).toLowerCase(Locale.ROOT);
    String first = letters.substring(0, 1);
    if (GLUED.contains(first) && Lexicon.RATE_UNITS.containsKey(letters.substring(1))) {
      items.add(Item.word(first, from, from + 1));
      items.add(Item.word(letters.substring(1), from + 1, to));
    } else {
      items.add(Item.word(letters, from, to));
    }
    return to;
  }

  private int word(int from, int to) {
    String word = text.substring(from, to).replace('’', '\'').toLowerCase(Locale.ROOT);
    var repeated = REPEATED.matcher(word);
    if (repeated.matches()) {
      items.add(Item.word("x", from, from + 1));
      add(new Meaning.Num(new BigDecimal(repeated.group(1))), from + 1, to, "number");
    } else if (word.endsWith("'s")) {
      items.add(Item.word(word.substring(0, word.length() - 2), from, to - 2));
      items.add(Item.word("'s", to - 2, to));
    } else {
      items.add(Item.word(word, from, to));
    }
    return to;
  }

  private void mark(String mark, int from, int to) {
    if (QUOTES.contains(mark)) {
      return;
    }
    if (mark.equals("-")) {
      hyphen(from, to);
      return;
    }
    items.add(Item.word(BREAKS.contains(mark) ? "," : mark.equals("×") ? "x" : mark, from, to));
  }

  /** A minus before a number, a range between numbers, nothing before a unit, else a pause. */
  private void hyphen(int from, int to) {
    boolean glued = from > 0 && Character.isLetterOrDigit(text.charAt(from - 1));
    boolean digit = to < text.length() && Character.isDigit(text.charAt(to));
    boolean letter = to < text.length() && Character.isLetter(text.charAt(to));
    if (digit) {
      items.add(Item.word(glued ? "-" : "minus", from, to));
    } else if (!(glued && letter)) {
      items.add(Item.word(",", from, to));
    }
  }

  private boolean afterNumber() {
    return !items.isEmpty() && items.getLast().meaning() instanceof Meaning.Num;
  }

  private void add(Meaning meaning, int from, int to, String rule) {
    items.add(Item.of(meaning, from, to, rule));
  }

  private static boolean nameLike(char c) {
    return Character.isLetterOrDigit(c) || c == '-' || c == '_';
  }
}
