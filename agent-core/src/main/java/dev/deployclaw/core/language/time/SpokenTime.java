package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Days and hours that people name: "New Year's Eve", "six in the morning". Pure. */
final class SpokenTime {
  private static final int HALF_DAY = 12;

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
    var number = m.first(Kind.NUMBER).orElseThrow().value().stripTrailingZeros();
    String part = m.tokens().getLast().text();
    IntPredicate within =
        switch (part) {
          case "morning" -> hour -> hour < HALF_DAY;
          case "afternoon" -> hour -> hour < 6 || hour == HALF_DAY;
          case "evening" -> hour -> hour > 4 && hour < HALF_DAY;
          default -> hour -> hour > 7 && hour < HALF_DAY;
        };
    boolean hour = number.scale() <= 0 && number.signum() > 0 && number.intValue() <= HALF_DAY;
    return Optional.of(number.intValue())
        .filter(h -> hour && within.test(h))
        .map(h -> h + (part.equals("morning") ? "am" : "pm"))
        .map(clock -> Token.join(Kind.CLOCK, clock, "day part", m.tokens()));
  }

  /** Whether two clocks, the later one first, are those of an evening and the morning behind it. */
  static boolean overnight(LocalTime from, LocalTime to) {
    return !from.isBefore(EVENING) && to.isBefore(LocalTime.NOON);
  }
}
