package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The clock of a time as people say it: "half past two", "8 in the evening", "noon". Pure. */
final class SpokenClock {
  /** Of a token of a clock in words; its rule is the clock in numbers. */
  static final String SPOKEN = "spoken";

  private static final int HALF_DAY = 12;
  private static final int HALF_HOUR = 30;
  private static final int QUARTER = 15;
  private static final int MINUTE = 60_000;

  /** From here on until noon of the next day is one night. */
  private static final LocalTime EVENING = LocalTime.of(18, 0);

  private SpokenClock() {}

  /**
   * "Half past two", "ten minutes to six", "seven o'clock", "six fifteen": a clock of half a day;
   * empty where there is no such time.
   */
  static Optional<Token> spoken(Match m) {
    var numbers =
        m.tokens().stream()
            .filter(t -> t.is(Kind.NUMBER) || t.is(Kind.DURATION))
            .map(SpokenClock::whole)
            .toList();
    var words = m.tokens().stream().map(Token::text).toList();
    boolean to = words.contains("to");
    boolean past = to || words.contains("past");
    int first = numbers.getFirst();
    int said = past ? first : numbers.size() > 1 ? numbers.getLast() : 0;
    int minutes = words.contains("half") ? HALF_HOUR : words.contains("quarter") ? QUARTER : said;
    int hour = past ? numbers.getLast() : first;
    if (hour < 1 || hour > HALF_DAY || minutes < 0 || minutes >= 2 * HALF_HOUR) {
      return Optional.empty();
    }
    var time = LocalTime.of(hour % HALF_DAY, 0).plusMinutes(to ? -minutes : minutes);
    return Optional.of(
        Token.join(
            Kind.TIME, SPOKEN, time.withHour(time.getHour() % HALF_DAY).toString(), m.tokens()));
  }

  /** A whole number, also of minutes; else less than any. */
  private static int whole(Token token) {
    var minute = BigDecimal.valueOf(token.is(Kind.DURATION) ? MINUTE : 1);
    var split = token.value().divideAndRemainder(minute);
    return split[1].signum() == 0 ? split[0].intValue() : -1;
  }

  /**
   * The clock among the words of a time: none, one, or both halves of the day where that isn't
   * said.
   *
   * @throws DateTimeException where no such hour is in that part of the day, as "two in the
   *     evening"
   */
  static List<LocalTime> times(List<Token> words) {
    var part = part(words);
    var clock = words.stream().filter(t -> t.is(Kind.CLOCK) || t.is(Kind.TIME)).findFirst();
    if (clock.isEmpty()) {
      return Stream.of("noon", "midnight")
          .filter(w -> has(words, w))
          .map(w -> w.equals("noon") ? LocalTime.NOON : LocalTime.MIDNIGHT)
          .toList();
    }
    boolean spoken = clock.get().is(Kind.TIME);
    String written = spoken ? clock.get().rule() : clock.get().text();
    var time = clock(written);
    boolean whole = part.isEmpty() || halved(clock.get()) || written.startsWith("0");
    boolean sure = !spoken && (whole || time.getHour() > HALF_DAY);
    var first = time.withHour(time.getHour() % HALF_DAY);
    var all = sure ? List.of(time) : List.of(first, first.plusHours(HALF_DAY));
    var fit =
        all.stream()
            .filter(t -> part.isEmpty() || (within(part.get(), t) && (sure || t.getHour() > 0)))
            .toList();
    if (part.isPresent() && fit.size() != 1) {
      throw new DateTimeException("no such hour in that part of the day");
    }
    return fit;
  }

  private static boolean within(String part, LocalTime time) {
    int hour = time.getHour();
    return switch (part) {
      case "morning" -> hour < 12;
      case "afternoon" -> hour >= 12 && hour < 18;
      case "evening", "tonight" -> hour >= 17;
      default -> hour >= 18;
    };
  }

  /** The part of the day that the words name; a clock of a night's both ends needs none. */
  static Optional<String> part(List<Token> words) {
    return Stream.of("morning", "afternoon", "evening", "tonight", "night")
        .filter(p ->
            has(words, p) && !(p.equals("night") && words.stream().anyMatch(SpokenClock::late)))
        .findFirst();
  }

  private static boolean late(Token clock) {
    return clock.is(Kind.CLOCK) && clock.text().matches("(?:0[0-5]|2[0-3]):\\d\\d");
  }

  /** Whether a token is a clock that says its half of the day. */
  static boolean halved(Token clock) {
    return clock.text().endsWith("m") || clock.text().endsWith("m.");
  }

  static boolean has(List<Token> words, String word) {
    return words.stream().anyMatch(t -> t.text().equals(word));
  }

  /** Whether two clocks, the later one first, are those of an evening and the morning behind it. */
  static boolean overnight(LocalTime from, LocalTime to) {
    return !from.isBefore(EVENING) && to.isBefore(LocalTime.NOON);
  }

  private static LocalTime clock(String written) {
    boolean half = written.endsWith("m") || written.endsWith("m.");
    boolean afternoon = written.contains("p");
    var parts = written.replaceAll("[^0-9:.]", "").split("[:.]", -1);
    int hour = Integer.parseInt(parts[0]);
    if (half && (hour < 1 || hour > HALF_DAY)) {
      throw new DateTimeException("no such hour");
    }
    int minute = parts.length > 1 && !parts[1].isEmpty() ? Integer.parseInt(parts[1]) : 0;
    if (parts[0].length() > 2) {
      return LocalTime.of(hour / 100, hour % 100);
    }
    return LocalTime.of(half ? hour % HALF_DAY + (afternoon ? HALF_DAY : 0) : hour, minute);
  }
}
