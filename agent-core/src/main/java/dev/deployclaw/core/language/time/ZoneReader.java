package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Puts one token in place of each zone that stands beside a time: "in Tokyo", "Berlin time",
 * "UTC+2". A place that only tells where somebody is stays words. One object, one text.
 */
final class ZoneReader {
  /** Between the ids of a name that may be several zones. */
  static final String OR = " ";

  /** Before the ids of a place whose name a tenant, a label or a service has, too. */
  static final String NAMED = "?";

  private static final int MOST_WORDS = 4;
  private static final Pattern SHIFTED =
      Pattern.compile(
          "(?i)(?:(?:utc|gmt) ?([+-]) ?(\\d{1,2})|(\\+)(\\d\\d)(?=:?\\d\\d))(?::?(\\d\\d))?\\b");
  private static final Set<String> TIME = Set.of("time", "timezone", "tz");
  private static final Set<String> QUALIFIERS =
      Set.of("'s", "local", "standard", "daylight", "summer", "winter");
  private static final Set<String> BEFORE_TIME = Set.of("in", "on", "at", "by", "local");
  private static final Set<String> LEADS = Set.of("our", "the", "their", "your", "local", "time");
  private static final Set<String> CLOCKS =
      Set.of("noon", "midnight", "o'clock", "sharp", "eod", "cob");
  private static final Set<String> GROUPS = Set.of("both", "all");
  private static final Set<String> BEFORE_NUMBER = Set.of("past", "to");
  private static final Set<String> ORDINALS = Set.of("st", "nd", "rd", "th");
  private static final int MONTH_WORDS = 3;
  private static final int DAY_WORDS = 6;
  private static final Set<String> PARTS =
      Set.of("morning", "afternoon", "evening", "night", "day", "weekend", "month", "year");
  private static final Set<String> ENDS =
      Set.of(".", ",", ";", "!", "?", ":", "and", "until", "till", "to", "on", "please");
  private static final Set<Kind> NAMES = Set.of(Kind.TENANT, Kind.SERVICE, Kind.LABEL, Kind.LIMIT);
  private static final Map<String, String> CALENDAR =
      PatternTable.keys(ZoneReader.class, "calendar.txt");

  private final String text;
  private final List<Token> tokens;
  private final List<Token> out = new ArrayList<>();

  private ZoneReader(String text, List<Token> tokens) {
    this.text = text;
    this.tokens = tokens;
  }

  /**
   * The line with a token of each zone: its text is the id, or the ids of a name of several zones,
   * or nothing for a place that isn't known.
   */
  static TokenLine read(String text, TokenLine line) {
    var reader = new ZoneReader(text, line.tokens());
    int at = 0;
    while (at < reader.tokens.size()) {
      at = reader.step(at);
    }
    return new TokenLine(reader.out);
  }

  /** Takes a zone or a token from here on; where the next one begins. */
  private int step(int at) {
    var token = tokens.get(at);
    var shifted = SHIFTED.matcher(text).region(token.from(), text.length());
    boolean signed = word(at).equals("+") && !out.isEmpty() && out.getLast().is(Kind.CLOCK);
    boolean lettered = Character.isLetter(text.charAt(token.from()));
    if ((lettered || signed) && shifted.lookingAt()) {
      int end = at;
      while (end < tokens.size() && tokens.get(end).from() < shifted.end()) {
        end++;
      }
      return put(prefix(false), at, end, offset(shifted.toMatchResult()));
    }
    if (token.is(Kind.ZONE)) {
      return put(prefix(false), at, timed(at + 1) ? behindTime(at + 1) : at + 1, token.text());
    }
    for (int end = Math.min(at + MOST_WORDS, tokens.size()); end > at; end--) {
      int next = place(at, end);
      if (next > at) {
        return next;
      }
    }
    out.add(token);
    return at + 1;
  }

  /** Takes words that are a place beside a time; where the next token begins, or where they do. */
  private int place(int at, int end) {
    boolean timed = timed(end);
    int behind = timed ? behindTime(end) : end;
    int from = prefix(timed);
    boolean said = timed || from < out.size();
    if (!(timed && leads(behind)) && !beside(from, end, said)) {
      return at;
    }
    var some = tokens.subList(at, end);
    boolean small = !Character.isUpperCase(text.charAt(some.getFirst().from()));
    var ids = PlaceNames.zones(text.substring(some.getFirst().from(), some.getLast().to()));
    if (ids.isEmpty()) {
      boolean strange =
          some.stream().allMatch(t -> t.is(Kind.UNKNOWN) && !QUALIFIERS.contains(t.text()));
      return strange && (timed || (said && !small && ends(end))) ? put(from, at, behind, "") : at;
    }
    boolean name =
        some.stream().anyMatch(t -> NAMES.contains(t.kind()) && !t.rule().equals("typo"));
    boolean pronoun = small && some.size() == 1 && some.getFirst().is(Kind.WORD);
    boolean capitals =
        text.substring(some.getFirst().from(), some.getLast().to()).matches("[A-Z]{2,4}");
    boolean fixed = capitals || ids.stream().noneMatch(id -> id.contains("/"));
    boolean loose = from > 0 && GROUPS.contains(out.get(from - 1).text()) && !fixed && !timed;
    boolean bare = !said && !ends(end) && !(fixed && !name && !pronoun);
    boolean elsewhere = loose || (bare && !dates(end));
    return elsewhere ? at : put(from, at, behind, (name ? NAMED + OR : "") + String.join(OR, ids));
  }

  /**
   * Whether a place there is of a time before it: right behind a clock, or, where "in" or "time"
   * says that it is a place, behind its day.
   *
   * @param from where its first word will be put
   */
  private boolean beside(int from, int end, boolean said) {
    int last = last(from);
    if (last < 0) {
      return false;
    }
    String before = out.get(last).text();
    boolean are = before.equals("are") && last > 0 && out.get(last - 1).text().equals("times");
    boolean again = last < from - 1 && out.get(last).is(Kind.ZONE);
    if (again || follows(from) || GROUPS.contains(before) || before.equals("times") || are) {
      return said || last == from - 1 || ends(end);
    }
    boolean timed =
        out.subList(Math.max(0, last - DAY_WORDS), last).stream().anyMatch(ZoneReader::isClock);
    return said ? dated(last) || spoken(last) : timed && dated(last);
  }

  /** Whether a clock is right before it. */
  private boolean follows(int from) {
    return last(from) >= 0 && isClock(out.get(last(from)));
  }

  /** The word before it, behind which a comma may be; -1 where there is none. */
  private int last(int from) {
    return from > 1 && out.get(from - 1).text().equals(",") ? from - 2 : from - 1;
  }

  /** Whether a clock or a day is behind it: "Berlin time, tomorrow 9am". */
  private boolean leads(int behind) {
    int next = Set.of(",", ":").contains(word(behind)) ? behind + 1 : behind;
    return dates(next) || (next < tokens.size() && isClock(tokens.get(next)));
  }

  private boolean dates(int at) {
    return at < tokens.size() && (tokens.get(at).is(Kind.DATE) || isDay(tokens.get(at)));
  }

  /** "Thursday", "tomorrow morning", "3 December", "December 3rd 2026". */
  private boolean dated(int last) {
    var token = out.get(last);
    boolean day = token.is(Kind.DATE) || PARTS.contains(token.text()) || isDay(token);
    var before = out.subList(Math.max(0, last - MONTH_WORDS), last);
    return day
        || ORDINALS.contains(token.text())
        || (token.is(Kind.NUMBER) && before.stream().anyMatch(ZoneReader::isMonth))
        || (isMonth(token) && before.stream().anyMatch(t -> t.is(Kind.NUMBER)));
  }

  private static boolean isMonth(Token token) {
    return CALENDAR.getOrDefault(token.text(), "").startsWith("month");
  }

  /** The name of a weekday, "today" or "tomorrow". */
  private static boolean isDay(Token token) {
    String named = CALENDAR.getOrDefault(token.text(), "");
    return named.startsWith("day") || named.startsWith("ahead");
  }

  /** "A quarter past six". */
  private boolean spoken(int last) {
    boolean numbered = out.get(last).is(Kind.NUMBER) && last > 0;
    return numbered && BEFORE_NUMBER.contains(out.get(last - 1).text());
  }

  private static boolean isClock(Token token) {
    return token.is(Kind.CLOCK) || CLOCKS.contains(token.text());
  }

  /** Where in the line the words begin that lead to a place: "in", "our time in". */
  private int prefix(boolean timed) {
    int from = out.size();
    boolean in = from > 0 && out.get(from - 1).text().equals("in");
    boolean led = in || (timed && from > 0 && BEFORE_TIME.contains(out.get(from - 1).text()));
    from -= led ? 1 : 0;
    while (in && from > 0 && LEADS.contains(out.get(from - 1).text())) {
      from--;
    }
    return from;
  }

  /** Whether "time" is there, behind "local" and the like. */
  private boolean timed(int at) {
    return behindTime(at) > at;
  }

  /** Where the words end that make a time of a place; there, where none do. */
  private int behindTime(int at) {
    int last = at;
    while (QUALIFIERS.contains(word(last))) {
      last++;
    }
    int zone = word(last + 1).equals("zone") ? 2 : 1;
    return TIME.contains(word(last)) ? last + zone : at;
  }

  private boolean ends(int at) {
    return at == tokens.size() || ENDS.contains(word(at));
  }

  /** Puts a zone; one in brackets behind another says the same of it: "IST (India)". */
  private int put(int from, int at, int behind, String ids) {
    boolean again = last(from) < from - 1 && out.get(last(from)).is(Kind.ZONE);
    String both = again ? PlaceNames.common(out.get(last(from)).text(), ids) : "";
    int first = both.isEmpty() ? from : last(from);
    int begin = first < out.size() ? out.get(first).from() : tokens.get(at).from();
    out.subList(first, out.size()).clear();
    String meant = both.isEmpty() ? ids : both;
    out.add(Token.of(Kind.ZONE, meant, begin, tokens.get(behind - 1).to()));
    return behind;
  }

  /** Its id; nothing where there is no such offset. */
  private static String offset(MatchResult shifted) {
    boolean named = shifted.group(1) != null;
    String hours = shifted.group(named ? 2 : 4);
    String minutes = shifted.group(5) == null ? "00" : shifted.group(5);
    String sign = named ? shifted.group(1) : shifted.group(3);
    try {
      return ZoneOffset.of(sign + (hours.length() < 2 ? "0" : "") + hours + ":" + minutes).getId();
    } catch (DateTimeException e) {
      return "";
    }
  }

  private String word(int at) {
    boolean there = at >= 0 && at < tokens.size();
    boolean plain = there && (tokens.get(at).is(Kind.WORD) || tokens.get(at).is(Kind.UNKNOWN));
    return plain ? tokens.get(at).text() : "";
  }
}
