package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds instants that are written as dates, weekdays and clocks, and writes each as an instant with
 * its offset. What has two readings, doesn't exist or has passed is a question that suggests one.
 * Pure: now and the zone are given.
 */
public final class TimeReader {
  private static final List<NamedPattern> TABLE = PatternTable.read(TimeReader.class, "times.txt");

  /** "Both UTC": of all times of the request. */
  private static final Pattern ZONES =
      TABLE.stream().filter(row -> row.name().equals("zones")).findFirst().orElseThrow().pattern();

  private static final Map<String, String> CALENDAR =
      PatternTable.keys(TimeReader.class, "calendar.txt");
  private static final DateTimeFormatter WRITTEN =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX");

  /** The rule of a clock that is over today: it may only tell of something. */
  public static final String PASSED = "passed";

  private static final Set<String> BETWEEN = Set.of("and", "to", "until", "till", "-");
  private static final int FAR_YEARS = 2;

  /** What is written whole may be far away, but not in another age. */
  private static final int MOST_YEARS = 100;

  private static final int DAYS = 7;
  private static final int HALF_DAY = 12;
  private static final int DAY = 86_400_000;

  private final String text;
  private final ZonedDateTime now;
  private final OpenQuestions questions;

  public TimeReader(String text, ZonedDateTime now, OpenQuestions questions) {
    this.text = text;
    this.now = now;
    this.questions = questions;
  }

  /** The line with an instant in place of each time. */
  public TokenLine read(TokenLine written) {
    var zones = new ArrayList<ZoneId>();
    var out =
        written.replace(
            ZONES,
            m -> {
              zones.add(zone(m));
              return Optional.of(List.of());
            });
    return zones.size() == 1
        ? new TimeReader(text, now.withZoneSameInstant(zones.getFirst()), questions).instants(out)
        : instants(written);
  }

  private TokenLine instants(TokenLine line) {
    var out = line;
    for (var row : TABLE) {
      Function<Match, Optional<List<Token>>> made =
          match -> {
            try {
              return made(row.name(), match);
            } catch (ClockChange e) {
              return suggest(match, "The clock change %s it: when?".formatted(e.what), e.instants);
            } catch (DateTimeException e) {
              return suggest(match, "There is no such time: when exactly?", List.of());
            }
          };
      out = out.replace(row.pattern(), made);
    }
    return out;
  }

  private Optional<List<Token>> made(String name, Match m) {
    if (name.startsWith("holiday ")) {
      String day = name.substring(name.indexOf(' ') + 1);
      return SpokenTime.holiday(day, m, now(m).toLocalDate()).map(List::of);
    }
    var date = date(m);
    return switch (name) {
      case "day-part" -> SpokenTime.dayPart(m).map(List::of);
      case "spoken" -> spoken(m);
      case "zones" -> Optional.empty();
      case "around" -> suggest(m, "At what time exactly?", List.of());
      case "day-after" -> {
        String day = now(m).toLocalDate().plusDays(2).toString();
        yield Optional.of(List.of(Token.join(Kind.DATE, day, "calendar", m.tokens())));
      }
      case "begins" -> instant(m, at(m, date.orElseThrow(), LocalTime.MIDNIGHT), "calendar");
      case "weekend" -> weekend(m);
      case "clocks" -> clocks(m, date.orElseThrow());
      case "recurring" -> suggest(m, "A change is made once: from when until when?", List.of());
      case "stated" -> stated(m);
      case "end-of" -> endOf(m);
      case "ahead" -> {
        var ahead = m.first(Kind.DURATION).orElseThrow().value().longValueExact();
        yield instant(m, now.plus(Duration.ofMillis(ahead)), "calendar");
      }
      case "end-of-day" -> {
        var day = date.orElse(now(m).toLocalDate()).plusDays(1);
        yield instant(m, at(m, day, LocalTime.MIDNIGHT), "calendar");
      }
      case "bare-hour" -> {
        int hour = last(m, Kind.NUMBER).value().intValue();
        String text = "At " + hour + " o'clock in the morning?";
        yield suggest(m, text, instants(m, date, LocalTime.of(hour, 0)));
      }
      default -> when(m, date);
    };
  }

  private Optional<List<Token>> when(Match m, Optional<LocalDate> date) {
    var time = SpokenTime.time(m.tokens());
    if (time.isEmpty()) {
      boolean only = m.tokens().size() == 1 && m.tokens().getFirst().text().equals("today");
      return only
          ? Optional.empty()
          : suggest(m, "At what time of that day?", instants(m, date, LocalTime.MIDNIGHT));
    }
    var today = now(m).toLocalDate();
    boolean midnight = m.tokens().stream().anyMatch(t -> t.text().equals("midnight"));
    boolean tonight = m.tokens().stream().anyMatch(t -> t.text().equals("tonight"));
    if (tonight && midnight) {
      return instant(m, at(m, today.plusDays(1), time.get()), "calendar");
    }
    if (date.isPresent() && midnight) {
      var both = List.of(at(m, date.get(), time.get()), at(m, date.get().plusDays(1), time.get()));
      return suggest(m, "Where that day begins, or where it ends?", both);
    }
    if (date.isEmpty()) {
      var next = at(m, midnight ? today.plusDays(1) : today, time.get());
      if (next.isAfter(now)) {
        return instant(m, next, "clock");
      }
      String passed = "That time has passed today: tomorrow?";
      var _ = suggest(m, passed, instants(m, Optional.of(today.plusDays(1)), time.get()));
      return Optional.of(List.of(Token.join(Kind.TIME, "asked", PASSED, m.tokens())));
    }
    boolean named =
        word(m, "day").isPresent() && word(m, "month").isEmpty() && m.first(Kind.DATE).isEmpty();
    if (named && (today.equals(date.get()) || m.tokens().getFirst().text().equals("next"))) {
      var both = List.of(at(m, date.get(), time.get()), at(m, date.get().plusWeeks(1), time.get()));
      return suggest(m, "Which week is meant?", both);
    }
    var found = at(m, date.get(), time.get());
    if (!found.isAfter(now)) {
      return suggest(m, "That time has passed: when shall it be?", List.of());
    }
    return found.isAfter(now.plusYears(FAR_YEARS))
        ? suggest(m, "Is the year right?", List.of(found))
        : instant(m, found, "calendar");
  }

  /** "Half past two": a clock where the part of the day is said, else a question. */
  private Optional<List<Token>> spoken(Match m) {
    var found = SpokenTime.spoken(m);
    if (found.isEmpty() || found.get().is(Kind.CLOCK)) {
      return found.map(List::of);
    }
    var today = now(m).toLocalDate();
    var morning = LocalTime.parse(found.get().text());
    var both = Stream.of(morning, morning.plusHours(HALF_DAY)).map(t -> at(m, today, t));
    return suggest(m, "In the morning, or in the afternoon?", both.toList());
  }

  /** Two clocks of one day. */
  private Optional<List<Token>> clocks(Match m, LocalDate date) {
    var both = m.tokens().stream().filter(t -> t.is(Kind.WORD) || t.is(Kind.CLOCK)).toList();
    int and = 1;
    while (!BETWEEN.contains(both.get(and).text())) {
      and++;
    }
    var begin = SpokenTime.time(both.subList(0, and)).orElseThrow();
    var end = SpokenTime.time(both.subList(and, both.size())).orElseThrow();
    var first = m.tokens().getFirst();
    boolean ahead = !first.is(Kind.CLOCK) && !Set.of("from", "between").contains(first.text());
    boolean halves =
        m.tokens().stream()
            .filter(t -> t.is(Kind.CLOCK))
            .allMatch(t -> t.text().matches(".*m\\.?"));
    boolean overnight =
        both.getLast().text().equals("midnight")
            || (ahead && halves && SpokenTime.overnight(begin, end));
    boolean eve = !ahead && halves && SpokenTime.overnight(begin, end);
    var from = at(m, eve ? date.minusDays(1) : date, begin);
    var to = at(m, overnight ? date.plusDays(1) : date, end);
    if (!from.isAfter(now) || !to.isAfter(from)) {
      return suggest(m, "From when until when? Write both with their dates.", List.of());
    }
    return span(m, from, to);
  }

  /** Saturday and Sunday; what is left of them, where it is one of these days. */
  private Optional<List<Token>> weekend(Match m) {
    var today = now(m).toLocalDate();
    boolean begun = today.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
    if (begun || m.tokens().stream().anyMatch(t -> t.text().equals("next"))) {
      return suggest(m, "From when until when? Write both with their dates.", List.of());
    }
    var saturday = today.with(TemporalAdjusters.next(DayOfWeek.SATURDAY));
    return span(
        m, at(m, saturday, LocalTime.MIDNIGHT), at(m, saturday.plusDays(2), LocalTime.MIDNIGHT));
  }

  private static Optional<List<Token>> span(Match m, ZonedDateTime from, ZonedDateTime to) {
    var both = List.of(written(m, from, "calendar"), written(m, to, "calendar"));
    return Optional.of(List.of(Token.join(Kind.TIME, "span", "calendar", both)));
  }

  private List<ZonedDateTime> instants(Match m, Optional<LocalDate> date, LocalTime time) {
    return date.map(d -> at(m, d, time)).stream().toList();
  }

  /** Asks; the first instant that is ahead is suggested. It stays in the line, as a time. */
  private Optional<List<Token>> suggest(Match m, String question, List<ZonedDateTime> instants) {
    int from = m.tokens().getFirst().from();
    int to = m.tokens().getLast().to();
    String said = text.substring(from, to);
    var ahead = instants.stream().filter(t -> t.isAfter(now)).map(WRITTEN::format).toList();
    var request =
        ahead.stream().findFirst().map(i -> text.substring(0, from) + i + text.substring(to));
    questions.ask(
        ClarificationQuestion.of("time-unclear", "time", "\"" + said + "\": " + question)
            .choosing(ahead)
            .suggesting(request)
            .at(from, to));
    return Optional.of(List.of(Token.join(Kind.TIME, "asked", "asked", m.tokens())));
  }

  /** An instant as it is written is taken, but for a slip of the year. */
  private Optional<List<Token>> stated(Match m) {
    var at = OffsetDateTime.parse(m.tokens().getFirst().text()).toZonedDateTime();
    return at.isAfter(now.plusYears(MOST_YEARS))
        ? suggest(m, "Is the year right?", List.of())
        : Optional.empty();
  }

  /** The end of a week, a month or a year: where the next one begins. */
  private Optional<List<Token>> endOf(Match m) {
    var today = now(m).toLocalDate();
    var words = m.tokens().stream().map(Token::text).toList();
    long next = words.contains("next") ? 1 : 0;
    if (words.contains("month") || words.contains("year")) {
      var end =
          words.contains("month")
              ? today.plusMonths(next).with(TemporalAdjusters.firstDayOfNextMonth())
              : today.plusYears(next).with(TemporalAdjusters.firstDayOfNextYear());
      return instant(m, at(m, end, LocalTime.MIDNIGHT), "calendar");
    }
    long unit = m.first(Kind.UNIT).map(u -> u.value().longValue() / DAY).orElse(0L);
    if (unit == 1) {
      return instant(m, at(m, today.plusDays(1 + next), LocalTime.MIDNIGHT), "calendar");
    }
    if (unit != DAYS) {
      throw new DateTimeException("no day");
    }
    var monday = today.with(TemporalAdjusters.next(DayOfWeek.MONDAY)).plusWeeks(next);
    var both = Stream.of(monday, monday.minusDays(2)).map(d -> at(m, d, LocalTime.MIDNIGHT));
    return suggest(m, "Where Sunday ends, or Friday?", both.toList());
  }

  private static Optional<List<Token>> instant(Match m, ZonedDateTime at, String rule) {
    return Optional.of(List.of(written(m, at, rule)));
  }

  private static Token written(Match m, ZonedDateTime at, String rule) {
    return Token.join(Kind.INSTANT, WRITTEN.format(at), rule, m.tokens());
  }

  /** An hour that the clock change skips or repeats is no instant. */
  private ZonedDateTime at(Match m, LocalDate date, LocalTime time) {
    var zone = zone(m);
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

  private ZoneId zone(Match m) {
    return offset(m)
        .<ZoneId>map(ZoneOffset::of)
        .or(() -> word(m, "zone").map(ZoneId::of))
        .or(() -> m.first(Kind.ZONE).map(z -> ZoneId.of(z.text())))
        .orElse(now.getZone());
  }

  /** "+02:00" behind a clock. */
  private static Optional<String> offset(Match m) {
    return IntStream.range(1, m.tokens().size())
        .filter(i -> m.tokens().get(i - 1).text().equals("+"))
        .mapToObj(i -> "+" + m.tokens().get(i).text())
        .findFirst();
  }

  private ZonedDateTime now(Match m) {
    return now.withZoneSameInstant(zone(m));
  }

  private Optional<LocalDate> date(Match m) {
    var today = now(m).toLocalDate();
    var date = m.first(Kind.DATE).map(t -> LocalDate.parse(t.text()));
    var ahead = word(m, "ahead").map(days -> today.plusDays(Long.parseLong(days)));
    var weekday =
        word(m, "day")
            .map(day ->
                today.with(TemporalAdjusters.nextOrSame(DayOfWeek.of(Integer.parseInt(day)))));
    var dated = date.or(() -> ahead).or(() -> monthly(m, today));
    boolean other =
        weekday.isPresent()
            && dated.filter(d -> d.getDayOfWeek() != weekday.get().getDayOfWeek()).isPresent();
    boolean apart =
        ahead.isPresent() && !ahead.equals(date.or(() -> monthly(m, today)).or(() -> ahead));
    if (other || apart) {
      throw new DateTimeException("another weekday");
    }
    return dated.or(() -> weekday);
  }

  /** A day of a month, in the year that is written or the next one that isn't over. */
  private static Optional<LocalDate> monthly(Match m, LocalDate today) {
    var month = word(m, "month").map(Integer::parseInt);
    var numbers = m.tokens().stream().filter(t -> t.is(Kind.NUMBER)).map(Token::value).toList();
    if (month.isEmpty() || numbers.isEmpty()) {
      return Optional.empty();
    }
    int day = numbers.getFirst().intValueExact();
    if (numbers.size() > 1) {
      return Optional.of(LocalDate.of(numbers.get(1).intValueExact(), month.get(), day));
    }
    var date = LocalDate.of(today.getYear(), month.get(), day);
    return Optional.of(
        date.isBefore(today) ? LocalDate.of(today.getYear() + 1, month.get(), day) : date);
  }

  private static Optional<String> word(Match m, String kind) {
    return m.tokens().stream()
        .filter(t -> t.is(Kind.WORD))
        .map(t -> CALENDAR.getOrDefault(t.text(), "").split(" ", -1))
        .filter(entry -> entry[0].equals(kind))
        .map(entry -> entry[1])
        .findFirst();
  }

  private static Token last(Match m, Kind kind) {
    return m.tokens().stream().filter(t -> t.is(kind)).reduce((_, b) -> b).orElseThrow();
  }
}
