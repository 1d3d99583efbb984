package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.EstateQuestion.Period;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads when something happened: "yesterday", "in the last 2 hours", "since Monday". Pure. */
public final class PastPeriodReader {
  private static final Map<String, String> CALENDAR =
      PatternTable.keys(PastPeriodReader.class, "calendar.txt");
  private static final Set<String> SINCE = Set.of("since", "after", "from");
  private static final int EVENING = 18;
  private static final int MORNING = 9;

  private final List<Token> words;
  private final ZonedDateTime now;
  private final LocalDate today;

  private PastPeriodReader(List<Token> words, ZonedDateTime now) {
    this.words = words;
    this.now = now;
    this.today = now.toLocalDate();
  }

  /**
   * @param now with the zone of days
   */
  public static Period read(List<Token> words, ZonedDateTime now) {
    var reader = new PastPeriodReader(words, now);
    for (int i = 0; i < words.size(); i++) {
      var found = reader.at(i);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return Period.EVER;
  }

  private Optional<Period> at(int i) {
    return switch (text(i)) {
      case "yesterday" -> day(i, today.minusDays(1));
      case "today", "tonight" -> since(start(today));
      case "overnight" -> night();
      case "this" -> current(text(i + 1));
      case "last", "past", "previous" -> text(i + 1).equals("night") ? night() : last(i + 1);
      default -> dated(i);
    };
  }

  /** The calendar's unit that isn't over. */
  private Optional<Period> current(String unit) {
    return switch (unit) {
      case "morning", "afternoon", "evening" -> since(start(today));
      case "week" -> since(start(monday()));
      case "month" -> since(start(today.withDayOfMonth(1)));
      default -> Optional.empty();
    };
  }

  /** "last week" is the calendar's; "the last 2 weeks" and "the last hour" end now. */
  private Optional<Period> last(int i) {
    boolean counted = i < words.size() && words.get(i).is(Kind.NUMBER);
    int unit = counted ? i + 1 : i;
    if (!counted && text(unit).equals("week")) {
      return span(start(monday().minusWeeks(1)), start(monday()));
    }
    if (!counted && text(unit).equals("month")) {
      var first = today.withDayOfMonth(1);
      return span(start(first.minusMonths(1)), start(first));
    }
    if (unit >= words.size() || !words.get(unit).is(Kind.UNIT)) {
      return Optional.empty();
    }
    long times = counted ? words.get(i).value().longValue() : 1;
    var length = Duration.ofMillis(words.get(unit).value().longValue() * times);
    return since(now.toInstant().minus(length));
  }

  private Optional<Period> dated(int i) {
    if (i >= words.size()) {
      return Optional.empty();
    }
    var word = words.get(i);
    try {
      return switch (word.kind()) {
        case DATE -> day(i, LocalDate.parse(word.text()));
        case INSTANT -> since(OffsetDateTime.parse(word.text()).toInstant());
        default -> weekday(word.text()).flatMap(d -> day(i, d));
      };
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Optional<LocalDate> weekday(String word) {
    var entry = CALENDAR.getOrDefault(word, "").split(" ", -1);
    return entry[0].equals("day")
        ? Optional.of(
            today.with(TemporalAdjusters.previous(DayOfWeek.of(Integer.parseInt(entry[1])))))
        : Optional.empty();
  }

  /** That day; what came since, where the word before says so. */
  private Optional<Period> day(int i, LocalDate day) {
    return SINCE.contains(text(i - 1))
        ? since(start(day))
        : span(start(day), start(day.plusDays(1)));
  }

  private Optional<Period> night() {
    var evening = today.minusDays(1).atTime(EVENING, 0).atZone(now.getZone()).toInstant();
    return span(evening, today.atTime(MORNING, 0).atZone(now.getZone()).toInstant());
  }

  private LocalDate monday() {
    return today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }

  private Instant start(LocalDate day) {
    return day.atStartOfDay(now.getZone()).toInstant();
  }

  private static Optional<Period> since(Instant from) {
    return Optional.of(new Period(Optional.of(from), Optional.empty()));
  }

  private static Optional<Period> span(Instant from, Instant to) {
    return Optional.of(new Period(Optional.of(from), Optional.of(to)));
  }

  private String text(int i) {
    return i >= 0 && i < words.size() ? words.get(i).text() : "";
  }
}
