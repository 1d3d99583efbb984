package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a request into typed tokens: words, names of the estate, numbers, quantities. Pure. */
public final class RequestLexer {
  /** The rule of a comma that is typed as an opening bracket. */
  public static final String BRACKET = "bracket";

  private static final Map<String, String> UNITS =
      PatternTable.keys(RequestLexer.class, "units.txt");
  private static final String DATE = "\\d{4}-\\d{2}-\\d{2}";

  /** Day and month, as in German: "24.12.2026", and "24.12." before a clock. */
  private static final String DOTTED =
      "(?<![\\d.])(?:0?[1-9]|[12]\\d|3[01])\\.(?:0?[1-9]|1[0-2])\\.(?:\\d{4}(?!\\d)|(?=,? (?:at )?\\d{1,2}:\\d{2}))";

  private static final Pattern LETTERS = Pattern.compile("\\p{L}*");
  private static final Pattern WORD_END = Pattern.compile("[\\p{L}\\p{Nd}]*");
  private static final Pattern NAME_END = Pattern.compile("[\\p{L}\\p{Nd}_-]*");

  /** Of a day that is named, to an hour of its second half: "tomorrow from 9 to 18 UTC". */
  private static final String HOURS =
      "(?<=(?i:day|tomorrow) (?:from )?)\\d{1,2}(?= to (?:1[3-9]|2[0-3]) (?:UTC|GMT|CES?T)\\b)|(?<="
          + "(?i:day|tomorrow) (?:from )?\\d{1,2} to )(?:1[3-9]|2[0-3])(?= (?:UTC|GMT|CES?T)\\b)";

  private static final Pattern TOKEN =
      Pattern.compile(
          String.join(
              "|",
              "(?<instant>"
                  + DATE
                  + "[Tt]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?([Zz]|[+-]\\d{2}:\\d{2}))",
              "(?<execution>(?i:arch)-" + DATE + "-(?i:rate-limit)-\\d{3,6}(?![\\w-]))",
              "(?<reference>https?://[^\\s<>()\"]*[^\\s<>()\".,;:!?]"
                  + "|[\\w.+-]++@[\\w-]+(?:\\.[\\w-]+)+"
                  + "|\\+\\d{1,3}(?:[ -]?\\(?\\d{2,5}\\)?){3,4}(?!\\w)"
                  + "|\\b(?!UTC|GMT)[A-Z]{2,}(?:-[A-Z]+)*(?:-\\d+)+(?![\\w-])"
                  + "|\\b(?=[a-f]*\\d)(?=\\d*[a-f])[\\da-f]{7,40}(?![\\w-]))",
              "(?<zone>[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?!\\w))",
              "(?<date>" + DATE + "|" + DOTTED + ")(?:T(?=\\d{2}:\\d{2}))?",
              "(?<clock>(?=\\d)(?:\\d{1,2}:\\d{2}(:\\d{2})?(?:\\s?[aApP]\\.?[mM]\\b)?"
                  + "|\\d{1,2}(?:\\.\\d{2})?\\s?[aApP]\\.?[mM]\\b|\\d{4}(?=[zZ]\\b)|(?<="
                  + "(?i:at|from|until|till|by) )\\d{4}(?= ?(?:UTC|GMT|Z)\\b)|"
                  + "(?<=(?i:at|from|until|till|by|\\dh\\d{2} to) )\\d{1,2}h\\d{2}\\b|"
                  + HOURS
                  + "))",
              "(?<route>(?<![\\p{L}\\p{N}_.])/[\\p{L}\\p{N}{*][\\w/{}*.:~-]*)",
              "(?<number>" + WrittenNumber.PATTERN + ")",
              "(?<word>\\p{L}[\\p{L}\\p{M}\\p{N}_]*([-'’.][\\p{L}\\p{N}_]+)*)",
              "(?<arrow>(?=[-=→])(?<=\\d ?/?\\p{L}{0,7} ?)(?:-{1,2}>|=>|→))",
              "(?<mark>\\S)"));
  private static final Pattern UNIT_AFTER_SLASH =
      Pattern.compile("(?i)/(s|sec|second|m|min|minute|h|hr|hour|d|day)");
  private static final Pattern REPEATED = Pattern.compile("x(\\d+(\\.\\d+)?)");
  private static final Pattern LISTED =
      Pattern.compile(
          "(?m)(?:^[ \\t]*\\d{1,2}[.)]|(?:^|(?<=[.:;,!?] ))(?:\\(?(?:\\d{1,2}|[a-e])\\)"
              + "|(?i:one|two|three|first|second|third):))(?=[ \\t]+\\p{L})");
  private static final Pattern SHADE = Pattern.compile("\\uFE0F|[\\x{1F3FB}-\\x{1F3FF}]");
  private static final Pattern ABBREVIATING =
      Pattern.compile(
          "(?<=(?i:[ap]\\.m))\\.(?=,| +(?:[a-z(]|[A-Z]{2,4}\\b|(?:Mon|Tues|Wednes|Thurs|Fri|Satur"
              + "|Sun)day|(?:\\p{Lu}\\p{L}+ ){1,3}time\\b))"
              + "|(?<=\\b(?i:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec))\\.(?= +\\d)");
  private static final Set<String> SMILES = PatternTable.words(RequestLexer.class, "emoji.txt");
  private static final Set<String> GLUED = Set.of("k", "m");

  /** Answers of a gateway, in the plural: not a length of time. */
  private static final Set<String> STATUS = Set.of("429s", "502s", "503s", "504s");

  private final String text;
  private final EstateNames names;
  private final List<Token> tokens = new ArrayList<>();

  private RequestLexer(String text, EstateNames names) {
    this.text = text;
    this.names = names;
  }

  /** The tokens of a request, words resolved and quantities put together. */
  public static TokenLine read(String text, EstateNames names) {
    return QuantityReader.read(NumberReader.read(words(text, names)));
  }

  /** The tokens as they are typed. */
  public static List<Token> words(String text, EstateNames names) {
    return WordResolver.resolve(text, names, new RequestLexer(unlisted(text), names).cut());
  }

  /** A word of the grammar as a unit, where it is one. */
  static Token grammar(Token word) {
    var unit = UNITS.getOrDefault(word.text(), " ").split(" ", -1);
    return switch (unit[0]) {
      case "time" -> word.as(Kind.UNIT).with(new BigDecimal(unit[1]), BigDecimal.ZERO);
      case "rate" -> word.as(Kind.PER).with(new BigDecimal(unit[1]), BigDecimal.ZERO);
      default -> word;
    };
  }

  static boolean isUnit(String word) {
    return UNITS.containsKey(word);
  }

  static BigDecimal often(List<Token> tokens) {
    return tokens.stream()
        .map(t -> UNITS.getOrDefault(t.text(), "").split(" ", -1))
        .filter(unit -> unit[0].equals("often"))
        .map(unit -> new BigDecimal(unit[1]))
        .findFirst()
        .orElse(BigDecimal.ZERO);
  }

  /** "1. …" and "2) …" at the start of lines, and "(1) …" of sentences, number them. */
  private static String unlisted(String text) {
    var marks = LISTED.matcher(text);
    return marks.results().count() < 2
        ? text
        : marks.replaceAll(mark -> " ".repeat(mark.group().length()));
  }

  private List<Token> cut() {
    var matcher = TOKEN.matcher(text);
    int at = 0;
    while (at < text.length() && matcher.find(at)) {
      int line = text.substring(at, matcher.start()).indexOf('\n');
      if (line >= 0 && !tokens.isEmpty()) {
        tokens.add(Token.word(";", at + line, at + line + 1));
      }
      at = take(matcher);
    }
    return tokens;
  }

  /** A date of the calendar; one without a year begins with two dashes. */
  private static String iso(String date) {
    if (!date.contains(".")) {
      return date;
    }
    var parts = date.split("\\.", -1);
    return "%s-%2s-%2s"
        .formatted(parts[2].isEmpty() ? "-" : parts[2], parts[1], parts[0])
        .replace(' ', '0');
  }

  private int take(Matcher m) {
    for (Kind kind : List.of(Kind.INSTANT, Kind.EXECUTION, Kind.DATE, Kind.CLOCK)) {
      String found = m.group(kind.name().toLowerCase(Locale.ROOT));
      if (found != null) {
        boolean upper = kind == Kind.INSTANT;
        String as = upper ? found.toUpperCase(Locale.ROOT) : found.toLowerCase(Locale.ROOT);
        tokens.add(Token.of(kind, kind == Kind.DATE ? iso(as) : as, m.start(), m.end()));
        return m.end();
      }
    }
    if (m.group("reference") != null) {
      String found = m.group().toLowerCase(Locale.ROOT);
      boolean ours = names.has(found) || names.label(found).isPresent();
      tokens.add(
          ours
              ? Token.word(found, m.start(), m.end())
              : Token.of(Kind.REFERENCE, found, m.start(), m.end()));
      return m.end();
    }
    if (m.group("zone") != null) {
      if (!ZoneId.getAvailableZoneIds().contains(m.group())) {
        return word(m.start(), m.start() + m.group().indexOf('/'));
      }
      tokens.add(Token.of(Kind.ZONE, m.group(), m.start(), m.end()));
      return m.end();
    }
    if (m.group("route") != null) {
      return route(m.start(), m.end());
    }
    if (m.group("number") != null) {
      return number(m.start(), m.end());
    }
    if (m.group("arrow") != null) {
      tokens.add(Token.word("->", m.start(), m.end()));
      return m.end();
    }
    return m.group("word") != null ? word(m.start(), m.end()) : mark(m.group(), m.start());
  }

  private int route(int from, int to) {
    boolean number = !tokens.isEmpty() && tokens.getLast().is(Kind.NUMBER);
    if (number && UNIT_AFTER_SLASH.matcher(text.substring(from, to)).matches()) {
      tokens.add(Token.word("/", from, from + 1));
      return from + 1;
    }
    int end = from + text.substring(from, to).replaceAll("[.:]+$", "").length();
    tokens.add(Token.of(Kind.ROUTE, text.substring(from, end), from, end));
    return end;
  }

  /** A number, unless a known name starts with it ({@code 3m}). */
  private int number(int from, int to) {
    int end = end(to, NAME_END);
    String whole = text.substring(from, end).toLowerCase(Locale.ROOT);
    if (end > to && names.has(whole)) {
      tokens.add(Token.word(whole, from, end));
      boolean owns = text.startsWith("'s", end) || text.startsWith("’s", end);
      if (owns) {
        tokens.add(Token.word("'s", end, end + 2));
      }
      return owns ? end + 2 : end;
    }
    tokens.add(WrittenNumber.read(text, from, to));
    if (STATUS.contains(whole)) {
      tokens.set(tokens.size() - 1, Token.word("errors", from, end));
      return end;
    }
    return to < text.length() && Character.isLetter(text.charAt(to)) ? suffix(from, to) : to;
  }

  /** The letters right behind a number: {@code 2krpm} is 2, k and rpm; {@code 6OO} is no number. */
  private int suffix(int number, int from) {
    int to = end(from, LETTERS);
    String letters = text.substring(from, to).toLowerCase(Locale.ROOT);
    boolean rate = UNITS.getOrDefault(letters.substring(1), "").startsWith("rate");
    boolean glued = GLUED.contains(letters.substring(0, 1)) && rate;
    if (!glued && !WordResolver.knows(letters)) {
      int end = end(to, WORD_END);
      String whole = text.substring(number, end).toLowerCase(Locale.ROOT);
      tokens.set(tokens.size() - 1, Token.of(Kind.UNKNOWN, whole, number, end).by(""));
      return end;
    }
    int middle = glued ? from + 1 : to;
    tokens.add(Token.word(letters.substring(0, middle - from), from, middle));
    if (glued) {
      tokens.add(Token.word(letters.substring(1), middle, to));
    }
    return to;
  }

  private int word(int from, int to) {
    String word = text.substring(from, to).replace('’', '\'').toLowerCase(Locale.ROOT);
    var repeated = REPEATED.matcher(word);
    int end = word.endsWith("'s") ? to - 2 : to;
    if (repeated.matches()) {
      tokens.add(Token.word("x", from, from + 1));
      var times = Token.of(Kind.NUMBER, "", from + 1, to);
      tokens.add(times.with(new BigDecimal(repeated.group(1)), BigDecimal.ZERO));
      return to;
    }
    tokens.add(Token.word(word.substring(0, end - from), from, end));
    if (end < to) {
      tokens.add(Token.word("'s", end, to));
    }
    return to;
  }

  private int mark(String mark, int from) {
    int to = from + mark.length();
    if (mark.equals("-") || (mark.equals("–") && to < text.length() && !text.startsWith(" ", to))) {
      hyphen(from, to);
    } else if (!SMILES.contains(mark)
        && !isAbbreviating(text, from)
        && !isShade(mark, from)
        && !(mark.equals(">") && text.startsWith("->", Math.max(0, from - 1)))
        && "\"'`“”‘’„«»".indexOf(mark) < 0) {
      String as = "()[]—–|•".contains(mark) ? "," : mark.equals("×") ? "x" : mark;
      var word = Token.word(as, from, to);
      tokens.add(mark.equals("(") ? word.by(BRACKET) : word);
    }
    return to;
  }

  /** Whether a point ends "p.m." or "Dec.", and no sentence. */
  public static boolean isAbbreviating(String text, int at) {
    return ABBREVIATING
        .matcher(text)
        .region(at, text.length())
        .useTransparentBounds(true)
        .lookingAt();
  }

  /** The colour or the style of the symbol before it. */
  private boolean isShade(String mark, int from) {
    return SHADE.matcher(mark).matches()
        && from > 0
        && Character.getType(text.codePointBefore(from)) == Character.OTHER_SYMBOL;
  }

  /** A minus before a number, a range between numbers, nothing before a unit, else a pause. */
  private void hyphen(int from, int to) {
    boolean glued = from > 0 && Character.isLetterOrDigit(text.charAt(from - 1));
    boolean digit = to < text.length() && Character.isDigit(text.charAt(to));
    boolean letter = to < text.length() && Character.isLetter(text.charAt(to));
    if (digit) {
      tokens.add(Token.word(glued ? "-" : "minus", from, to));
    } else if (!(glued && letter)) {
      tokens.add(Token.word(from == 0 && text.startsWith("-", to) ? "--" : ",", from, to));
    }
  }

  /** Where what begins at a place ends. */
  private int end(int from, Pattern characters) {
    var matcher = characters.matcher(text).region(from, text.length());
    return matcher.lookingAt() ? matcher.end() : from;
  }
}
