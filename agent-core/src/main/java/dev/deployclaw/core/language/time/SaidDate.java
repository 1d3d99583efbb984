package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.Year;
import java.time.YearMonth;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The day among the words of a time: "tomorrow", "Wednesday the 2nd of December". Pure. */
record SaidDate(List<Token> words, LocalDate today) {
  private static final Map<String, String> CALENDAR =
      PatternTable.keys(SaidDate.class, "calendar.txt");

  /** "The day after tomorrow". */
  private static final int AFTER_TOMORROW = 2;

  /**
   * The day that the words name, each in its own way; the next one that isn't over.
   *
   * @throws DateTimeException where they name two days, or one that doesn't exist
   */
  static Optional<LocalDate> of(List<Token> words, LocalDate today) {
    var said = new SaidDate(words, today);
    var weekday = said.word("day").map(DayOfWeek::of);
    var days =
        Stream.of(said.written(), said.monthly(), said.ahead())
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (days.size() > 1
        || days.stream().anyMatch(d -> weekday.filter(w -> w != d.getDayOfWeek()).isPresent())) {
      throw new DateTimeException("two days");
    }
    return days.stream()
        .findFirst()
        .or(() -> weekday.map(w -> today.with(TemporalAdjusters.nextOrSame(w))));
  }

  /** Whether only the name of a weekday tells which day it is. */
  static boolean isWeekday(List<Token> words) {
    var said = new SaidDate(words, LocalDate.MIN);
    return isNamed(words) && said.word("day").isPresent() && said.word("ahead").isEmpty();
  }

  /** Whether its name tells which day it is, and no number. */
  static boolean isNamed(List<Token> words) {
    var said = new SaidDate(words, LocalDate.MIN);
    return Stream.of("month", "nth").allMatch(k -> said.word(k).isEmpty())
        && words.stream().noneMatch(t -> t.is(Kind.DATE) || t.is(Kind.NUMBER));
  }

  /** A date in numbers, or a holiday. */
  private Optional<LocalDate> written() {
    return words.stream().filter(t -> t.is(Kind.DATE)).map(Token::text).findFirst().map(this::date);
  }

  private LocalDate date(String written) {
    return written.startsWith("--") ? next(MonthDay.parse(written)) : LocalDate.parse(written);
  }

  private Optional<LocalDate> ahead() {
    if (SpokenClock.has(words, "after")) {
      return Optional.of(today.plusDays(AFTER_TOMORROW));
    }
    boolean part = word("day").isEmpty() && SpokenClock.has(words, "this");
    return (part ? Optional.of(0) : word("ahead")).map(today::plusDays);
  }

  /** A day of a month, in the year that is written; of the next such month, where none is. */
  private Optional<LocalDate> monthly() {
    var month = word("month");
    var numbers =
        words.stream().filter(t -> t.is(Kind.NUMBER)).map(t -> t.value().intValueExact()).toList();
    var day = word("nth").or(() -> numbers.stream().findFirst());
    if (month.isEmpty() || day.isEmpty()) {
      return day.map(this::ofTheMonth);
    }
    int years = word("nth").isPresent() ? 0 : 1;
    return Optional.of(
        numbers.size() > years
            ? LocalDate.of(numbers.get(years), month.get(), day.get())
            : next(MonthDay.of(month.get(), day.get())));
  }

  /** "The 2nd", of this month or the next. */
  private LocalDate ofTheMonth(int day) {
    var month = YearMonth.from(today);
    return (day < today.getDayOfMonth() ? month.plusMonths(1) : month).atDay(day);
  }

  private LocalDate next(MonthDay day) {
    var year = Year.from(today);
    var date = year.atMonthDay(day);
    boolean over = date.isBefore(today);
    var found = over ? year.plusYears(1).atMonthDay(day) : date;
    if (found.getDayOfMonth() != day.getDayOfMonth()) {
      throw new DateTimeException("no such day in " + found.getYear());
    }
    return found;
  }

  private Optional<Integer> word(String kind) {
    return words.stream()
        .map(t -> CALENDAR.getOrDefault(t.text(), "").split(" ", -1))
        .filter(entry -> entry[0].equals(kind))
        .map(entry -> Integer.parseInt(entry[1]))
        .findFirst();
  }
}
