package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes instants of the words that rows of {@code times.txt} find. Pure but for its questions. */
record MomentReader(ZonedDateTime now, SaidZones zones, TimeQuestions questions) {
  private static final String DAY_PART = "day-part";
  private static final Set<String> BETWEEN = Set.of("and", "to", "until", "till", "through", "-");
  private static final int FAR_YEARS = 2;
  private static final int NEAR_MONTHS = 9;
  private static final int LONGEST_MONTH = 31;

  /** What is written whole may be far away, but not in another age. */
  private static final int MOST_YEARS = 100;

  private static final int DAYS = 7;
  private static final int DAY = 86_400_000;

  /** What comes in place of some words; empty where they stay. */
  Optional<List<Token>> read(String row, Match m) {
    try {
      return questions.zone(m).or(() -> made(row, m));
    } catch (ClockChange e) {
      return questions.ask(m, "The clock change %s that time: when?".formatted(e.what), e.instants);
    } catch (DateTimeException e) {
      return questions.ask(m, "There is no such time: when exactly?", List.of());
    }
  }

  private Optional<List<Token>> made(String row, Match m) {
    if (row.startsWith("holiday ")) {
      return holiday(row.substring(row.indexOf(' ') + 1), m);
    }
    return switch (row) {
      case "day", "this-part", DAY_PART -> day(m);
      case "spoken", "hour", "range-hour" -> SpokenClock.spoken(m).map(List::of);
      case "around" -> questions.ask(m, "At what time exactly?", List.of());
      case "begins" -> begins(m);
      case "weekend" -> weekend(m);
      case "whole-day" -> wholeDay(m);
      case "clocks" -> clocks(m);
      case "recurring" ->
          questions.ask(m, "A change is made once: from when until when?", List.of());
      case "stated" -> stated(m);
      case "end-of" -> endOf(m);
      case "ahead" -> {
        var ahead = m.first(Kind.DURATION).orElseThrow().value().longValueExact();
        yield Optional.of(List.of(written(m, now.plus(Duration.ofMillis(ahead)))));
      }
      case "away" -> away(m);
      case "rest-of-day" -> restOfDay(m);
      case "end-of-day" -> {
        boolean day = m.first(Kind.UNIT).filter(u -> !u.text().equals("day")).isEmpty();
        yield day ? endOfDay(m) : questions.ask(m, "At what time of that day?", List.of());
      }
      case "bare-hour" -> {
        int hour = last(m, Kind.NUMBER).value().intValue();
        String text = "At " + hour + " o'clock in the morning?";
        yield questions.ask(m, text, instants(m, date(m), LocalTime.of(hour, 0)));
      }
      case "zone" -> questions.ask(m, "Which time is in that zone?", List.of());
      default -> when(m);
    };
  }

  /** The next day of that name; empty for "New Year's week". */
  private static Optional<List<Token>> holiday(String day, Match m) {
    var last = m.tokens().getLast();
    boolean other = last.is(Kind.UNIT) && !last.text().equals("day");
    int from = m.tokens().getFirst().from();
    return other
        ? Optional.empty()
        : Optional.of(List.of(Token.of(Kind.DATE, day, from, last.to())));
  }

  /** "Two weeks from today": a day; empty where it is no number of days. */
  private Optional<List<Token>> away(Match m) {
    long length = m.first(Kind.DURATION).orElseThrow().value().longValueExact();
    return length % DAY == 0
        ? holiday(now.toLocalDate().plusDays(length / DAY).toString(), m)
        : Optional.empty();
  }

  private Optional<List<Token>> restOfDay(Match m) {
    var first = m.tokens().getFirst();
    var until = Token.of(Kind.WORD, "until", first.from(), first.to());
    boolean other =
        m.first(Kind.UNIT).filter(u -> !u.text().equals("day")).isPresent()
            || Stream.of("month", "year", "weekend").anyMatch(w -> SpokenClock.has(m.tokens(), w))
            || date(m).filter(d -> !d.equals(today(m))).isPresent();
    return other
        ? questions.ask(m, "Until when exactly?", List.of())
        : endOfDay(m).map(end -> Stream.concat(Stream.of(until), end.stream()).toList());
  }

  /** A day, or one with its part, in one token: which day it is may hang on a zone behind it. */
  private static Optional<List<Token>> day(Match m) {
    String nth = SpokenClock.has(m.tokens(), "after") ? "day" : "second";
    boolean other = m.first(Kind.UNIT).filter(u -> !u.text().equals(nth)).isPresent();
    if (other || (m.tokens().size() == 1 && m.first(Kind.DATE).isPresent())) {
      return Optional.empty();
    }
    boolean part = SpokenClock.part(flat(m.tokens())).isPresent();
    return Optional.of(
        List.of(
            Token.join(
                part ? Kind.TIME : Kind.DATE, part ? DAY_PART : "day", "day", flat(m.tokens()))));
  }

  /** Where a day begins; one without a year may be long over. */
  private Optional<List<Token>> begins(Match m) {
    var at = at(m.tokens(), date(m).orElseThrow(), LocalTime.MIDNIGHT);
    boolean midnight = SpokenClock.has(m.tokens(), "midnight");
    return SaidDate.isNamed(day(m.tokens())) || (isOver(at) && !midnight)
        ? when(m)
        : instant(m, at, "calendar");
  }

  /** Whether it has passed, or would be so far away that last year's may be meant. */
  private boolean isOver(ZonedDateTime at) {
    return !at.isAfter(now) || at.isAfter(now.plusMonths(NEAR_MONTHS));
  }

  private Optional<List<Token>> when(Match m) {
    var words = flat(m.tokens());
    var date = date(m);
    var times = SpokenClock.times(words);
    if (times.isEmpty()) {
      boolean only = words.size() == 1 && words.getFirst().text().equals("today");
      return only
          ? Optional.of(words)
          : questions.ask(m, "At what time of that day?", instants(m, date, LocalTime.MIDNIGHT));
    }
    var today = today(m);
    if (times.size() > 1) {
      var both = times.stream().map(t -> at(m.tokens(), date.orElse(today), t)).toList();
      return questions.ask(m, "In the morning, or in the afternoon?", both);
    }
    var time = times.getFirst();
    return SpokenClock.has(words, "midnight")
        ? midnight(m, date)
        : date.isPresent() ? dated(m, date.get(), time) : today(m, time);
  }

  /** Where a day ends: tonight's; of a date it may be where it begins. */
  private Optional<List<Token>> midnight(Match m, Optional<LocalDate> date) {
    var next = at(m.tokens(), today(m).plusDays(1), LocalTime.MIDNIGHT);
    if (date.isEmpty() || SpokenClock.has(flat(m.tokens()), "tonight")) {
      return instant(m, next, date.isEmpty() ? "clock" : "calendar");
    }
    var days = Stream.of(date.get(), date.get().plusDays(1));
    return questions.ask(
        m,
        "At the start of that day, or at its end?",
        days.map(d -> at(m.tokens(), d, LocalTime.MIDNIGHT)).toList());
  }

  private Optional<List<Token>> today(Match m, LocalTime time) {
    var next = at(m.tokens(), today(m), time);
    if (next.isAfter(now)) {
      return instant(m, next, "clock");
    }
    var tomorrow = instants(m, Optional.of(today(m).plusDays(1)), time);
    var _ = questions.ask(m, "That time has passed today: tomorrow?", tomorrow);
    return TimeQuestions.asked(m, TimeReader.PASSED);
  }

  private Optional<List<Token>> dated(Match m, LocalDate date, LocalTime time) {
    var found = at(m.tokens(), date, time);
    if (isWeekUnclear(m, date)) {
      var both = List.of(found, at(m.tokens(), date.plusWeeks(1), time));
      return questions.ask(m, "Which week do you mean?", both);
    }
    if (!found.isAfter(now)) {
      return SpokenClock.has(day(m.tokens()), "this")
          ? today(m, time)
          : questions.ask(m, "That time has passed: when do you mean?", List.of());
    }
    return found.isAfter(now.plusYears(FAR_YEARS)) || (isOver(found) && !isYear(m))
        ? questions.ask(m, "Is the year right?", List.of(found))
        : instant(m, found, "calendar");
  }

  private static boolean isYear(Match m) {
    return day(m.tokens()).stream()
        .anyMatch(t ->
            (t.is(Kind.DATE) && !t.text().startsWith("--"))
                || (t.is(Kind.NUMBER) && t.value().intValue() > LONGEST_MONTH));
  }

  /** "Next Friday", and on a Friday "Friday". */
  private boolean isWeekUnclear(Match m, LocalDate date) {
    var day = day(m.tokens());
    return SaidDate.isWeekday(day) && (today(m).equals(date) || SpokenClock.has(day, "next"));
  }

  /** Two clocks of one day, or of a night that begins or ends on it. */
  private Optional<List<Token>> clocks(Match m) {
    var all = m.tokens();
    int and =
        IntStream.range(1, all.size())
            .filter(i -> all.get(i).is(Kind.WORD) && BETWEEN.contains(all.get(i).text()))
            .findFirst()
            .orElseThrow();
    var first = all.subList(0, and);
    var last = all.subList(and + 1, all.size());
    var begins = times(first, all);
    var ends = times(last, all);
    var date = date(m).orElseThrow();
    boolean ahead = !day(first).isEmpty();
    boolean sure =
        all.stream().filter(t -> t.is(Kind.CLOCK)).allMatch(SpokenClock::halved)
            || (ahead && begins.getFirst().getHour() > LocalTime.NOON.getHour());
    boolean night = sure && SpokenClock.overnight(begins.getFirst(), ends.getFirst());
    boolean next =
        (ahead && night)
            || Stream.of("midnight", "next", "following").anyMatch(w -> SpokenClock.has(last, w));
    var from = at(first, !ahead && night ? date.minusDays(1) : date, begins.getFirst());
    var to = at(last, next ? date.plusDays(1) : date, ends.getFirst());
    boolean clear = begins.size() == 1 && ends.size() == 1 && !isWeekUnclear(m, date);
    return clear && from.isAfter(now) && to.isAfter(from)
        ? span(m, from, to)
        : questions.ask(m, "From when until when? Write both with their dates.", List.of());
  }

  /** The clock of one of two; the part of the day may stand beside the other one. */
  private static List<LocalTime> times(List<Token> some, List<Token> all) {
    var words = flat(some);
    var times = SpokenClock.times(words);
    var parts = flat(all).stream().filter(t -> SpokenClock.part(List.of(t)).isPresent());
    return times.size() < 2
        ? times
        : SpokenClock.times(Stream.concat(words.stream(), parts).toList());
  }

  /** Saturday and Sunday; what is left of them, where it is one of these days. */
  private Optional<List<Token>> weekend(Match m) {
    var today = today(m);
    boolean begun = today.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
    if (begun || m.tokens().stream().anyMatch(t -> t.text().equals("next"))) {
      return questions.ask(m, "From when until when? Write both with their dates.", List.of());
    }
    var saturday = today.with(TemporalAdjusters.next(DayOfWeek.SATURDAY));
    return span(
        m,
        at(m.tokens(), saturday, LocalTime.MIDNIGHT),
        at(m.tokens(), saturday.plusDays(2), LocalTime.MIDNIGHT));
  }

  /** From midnight to midnight. */
  private Optional<List<Token>> wholeDay(Match m) {
    boolean other = m.first(Kind.UNIT).filter(u -> u.text().equals("day")).isEmpty();
    var date = date(m).orElseThrow();
    var from = at(m.tokens(), date, LocalTime.MIDNIGHT);
    return other || isWeekUnclear(m, date) || isOver(from)
        ? questions.ask(m, "From when until when? Write both with their dates.", List.of())
        : span(m, from, at(m.tokens(), date.plusDays(1), LocalTime.MIDNIGHT));
  }

  private Optional<List<Token>> span(Match m, ZonedDateTime from, ZonedDateTime to) {
    var both = List.of(written(m, from), written(m, to));
    return isZoneClear(m, from)
        ? Optional.of(List.of(Token.join(Kind.TIME, "span", "calendar", both)))
        : questions.ask(m, "In which time zone? Write both times with it.", List.of());
  }

  /** An instant as it is written is taken, but for a slip of the year. */
  private Optional<List<Token>> stated(Match m) {
    var at = OffsetDateTime.parse(m.tokens().getFirst().text()).toZonedDateTime();
    return at.isAfter(now.plusYears(MOST_YEARS))
        ? questions.ask(m, "Is the year right?", List.of())
        : Optional.empty();
  }

  /** The end of a week, a month or a year: where the next one begins. */
  private Optional<List<Token>> endOf(Match m) {
    var today = today(m);
    var words = m.tokens().stream().map(Token::text).toList();
    long next = words.contains("next") ? 1 : 0;
    if (words.contains("month") || words.contains("year")) {
      var end =
          words.contains("month")
              ? today.plusMonths(next).with(TemporalAdjusters.firstDayOfNextMonth())
              : today.plusYears(next).with(TemporalAdjusters.firstDayOfNextYear());
      return instant(m, at(m.tokens(), end, LocalTime.MIDNIGHT), "calendar");
    }
    long unit = m.first(Kind.UNIT).map(u -> u.value().longValue() / DAY).orElse(0L);
    if (unit == 1) {
      return instant(m, at(m.tokens(), today.plusDays(1 + next), LocalTime.MIDNIGHT), "calendar");
    }
    if (unit != DAYS) {
      throw new DateTimeException("no day");
    }
    var monday = today.with(TemporalAdjusters.next(DayOfWeek.MONDAY)).plusWeeks(next);
    var both =
        Stream.of(monday, monday.minusDays(2)).map(d -> at(m.tokens(), d, LocalTime.MIDNIGHT));
    return questions.ask(m, "At the end of Sunday, or of Friday?", both.toList());
  }

  private Optional<List<Token>> endOfDay(Match m) {
    var day = date(m).orElse(today(m)).plusDays(1);
    return instant(m, at(m.tokens(), day, LocalTime.MIDNIGHT), "calendar");
  }

  /** One instant, unless a zone of another time may be meant, too. */
  private Optional<List<Token>> instant(Match m, ZonedDateTime at, String rule) {
    return isZoneClear(m, at)
        ? Optional.of(List.of(written(m, at).by(rule)))
        : questions.ask(m, "In which time zone?", inZones(m, at));
  }

  private boolean isZoneClear(Match m, ZonedDateTime at) {
    return inZones(m, at).stream().map(ZonedDateTime::toInstant).distinct().count() == 1;
  }

  private List<ZonedDateTime> inZones(Match m, ZonedDateTime at) {
    var all = zones.candidates(m.tokens()).stream().map(at::withZoneSameLocal);
    return all.filter(t -> t.isAfter(now) || t.equals(at)).toList();
  }

  private static Token written(Match m, ZonedDateTime at) {
    String instant = TimeQuestions.WRITTEN.format(at);
    return Token.join(Kind.INSTANT, instant, "calendar", flat(m.tokens()));
  }

  private List<ZonedDateTime> instants(Match m, Optional<LocalDate> date, LocalTime time) {
    return date.map(d -> at(m.tokens(), d, time)).stream().toList();
  }

  /** An hour that the clock change skips or repeats is no instant. */
  private ZonedDateTime at(List<Token> words, LocalDate date, LocalTime time) {
    var zone = zones.of(words);
    var local = date.atTime(time);
    int offsets = zone.getRules().getValidOffsets(local).size();
    var first = local.atZone(zone);
    if (offsets != 1) {
      throw new ClockChange(offsets == 0, first);
    }
    return first;
  }

  private static final class ClockChange extends DateTimeException {
    private static final long serialVersionUID = 1L;
    private final String what;
    private final transient List<ZonedDateTime> instants;

    ClockChange(boolean skipped, ZonedDateTime first) {
      super("skipped or repeated by the clock change");
      this.what = skipped ? "skips" : "repeats";
      this.instants = skipped ? List.of(first) : List.of(first, first.withLaterOffsetAtOverlap());
    }
  }

  private LocalDate today(Match m) {
    return now.withZoneSameInstant(zones.of(m.tokens())).toLocalDate();
  }

  private Optional<LocalDate> date(Match m) {
    var day = day(m.tokens());
    return day.isEmpty() ? Optional.empty() : SaidDate.of(day, today(m));
  }

  /** The words of the day among those of a time. */
  private static List<Token> day(List<Token> words) {
    return flat(words.stream().filter(t -> t.is(Kind.DATE) || isDayPart(t)).toList());
  }

  private static boolean isDayPart(Token token) {
    return token.is(Kind.TIME) && token.text().equals(DAY_PART);
  }

  /** The words in place of the tokens of days, which nothing behind this reader knows. */
  static List<Token> flat(List<Token> tokens) {
    return tokens.stream()
        .flatMap(t ->
            (t.is(Kind.DATE) || isDayPart(t)) && !t.parts().isEmpty()
                ? t.parts().stream()
                : Stream.of(t))
        .toList();
  }

  private static Token last(Match m, Kind kind) {
    return m.tokens().stream().filter(t -> t.is(kind)).reduce((_, b) -> b).orElseThrow();
  }
}
