package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Days and hours that people name: "New Year's Eve", "six in the morning". Pure. */
final class SpokenTime {
  private static final int HALF_DAY = 12;
  private static final int HALF_HOUR = 30;
  private static final int QUARTER = 15;

  /** From here on until noon of the next day is one night. */
  private static final LocalTime EVENING = LocalTime.of(18, 0);

  private SpokenTime() {}

  /**
   * The next day of that name, as a date; empty for "New Year's week".
   *
   * @param day its month and day, as {@code 12-31}
   */
  static Optional<Token> holiday(String day, Match m, LocalDate today) {
    var last = m.tokens().getLast();
    if (last.is(Kind.UNIT) && !last.text().equals("day")) {
      return Optional.empty();
    }
    var date = LocalDate.parse(today.getYear() + "-" + day);
    var next = date.isBefore(today) ? date.plusYears(1) : date;
    return Optional.of(Token.join(Kind.DATE, next.toString(), "holiday", m.tokens()));
  }

  /** A clock; empty where no such hour is in that part of the day, as "two in the evening". */
  static Optional<Token> dayPart(Match m) {
    return clock(m, hour(m.first(Kind.NUMBER).orElseThrow()), 0);
  }

  /**
   * "Half past two": a clock with a part of the day, else a time of the first half of a day; empty
   * where there is no such time.
   */
  static Optional<Token> spoken(Match m) {
    var numbers = m.tokens().stream().filter(t -> t.is(Kind.NUMBER)).toList();
    var words = m.tokens().stream().map(Token::text).toList();
    int minutes =
        words.contains("half")
            ? HALF_HOUR
            : words.contains("quarter") ? QUARTER : hour(numbers.getFirst());
    boolean before = words.contains("to");
    int hour = hour(numbers.getLast());
    if (hour < 1 || hour > HALF_DAY || minutes < 1 || minutes >= 2 * HALF_HOUR) {
      return Optional.empty();
    }
    var time = LocalTime.of(hour % HALF_DAY, 0).plusMinutes(before ? -minutes : minutes);
    int shown = time.getHour() % HALF_DAY == 0 ? HALF_DAY : time.getHour() % HALF_DAY;
    boolean part = words.contains("in") || words.contains("at");
    return part
        ? clock(m, shown, time.getMinute())
        : Optional.of(
            Token.join(
                Kind.TIME, time.withHour(shown % HALF_DAY).toString(), "spoken", m.tokens()));
  }

  private static int hour(Token number) {
    return number.value().stripTrailingZeros().scale() <= 0 ? number.value().intValue() : -1;
  }

  private static Optional<Token> clock(Match m, int hour, int minute) {
    String part = m.tokens().getLast().text();
    IntPredicate within =
        switch (part) {
          case "morning" -> h -> h < HALF_DAY;
          case "afternoon" -> h -> h < 6 || h == HALF_DAY;
          case "evening" -> h -> h > 4 && h < HALF_DAY;
          default -> h -> h > 7 && h < HALF_DAY;
        };
    return hour > 0 && within.test(hour)
        ? Optional.of(
            Token.join(
                Kind.CLOCK,
                "%d:%02d%s".formatted(hour, minute, part.equals("morning") ? "am" : "pm"),
                "day part",
                m.tokens()))
        : Optional.empty();
  }

  /** Whether two clocks, the later one first, are those of an evening and the morning behind it. */
  static boolean overnight(LocalTime from, LocalTime to) {
    return !from.isBefore(EVENING) && to.isBefore(LocalTime.NOON);
  }

  /** The first clock, noon or midnight. */
  static Optional<LocalTime> time(List<Token> tokens) {
    var word = tokens.stream().map(Token::text).filter("noon"::equals).findFirst();
    boolean midnight = tokens.stream().anyMatch(t -> t.text().equals("midnight"));
    return tokens.stream()
        .filter(t -> t.is(Kind.CLOCK))
        .findFirst()
        .map(t -> clock(t.text()))
        .or(() -> word.map(_ -> LocalTime.NOON))
        .or(() -> midnight ? Optional.of(LocalTime.MIDNIGHT) : Optional.empty());
  }

  private static LocalTime clock(String written) {
    boolean half = written.endsWith("m") || written.endsWith("m.");
    boolean afternoon = written.contains("p");
    var parts = written.replaceAll("[^0-9:]", "").split(":", -1);
    int hour = Integer.parseInt(parts[0]);
    if (half && (hour < 1 || hour > 12)) {
      throw new DateTimeException("no such hour");
    }
    int minute = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    return LocalTime.of(half ? hour % 12 + (afternoon ? 12 : 0) : hour, minute);
  }
}
