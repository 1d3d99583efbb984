package dev.deployclaw.audit.export;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * The time of which something is exported, in UTC.
 *
 * @param since its first instant
 * @param until the first instant behind it
 * @param name for people
 */
public record ExportPeriod(Instant since, Instant until, String name) {
  private static final int FIRST_YEAR = 2000;
  private static final int LAST_YEAR = 9998;

  /** Without bounds. */
  public static final ExportPeriod ALL =
      new ExportPeriod(Instant.MIN, Instant.MAX, "all that is there");

  /** The words name no period: what is wrong, and what to write. */
  public static final class InvalidPeriodException extends Exception {
    InvalidPeriodException(String message) {
      super(message);
    }
  }

  /**
   * @param month as ISO 8601 has it: {@code 2026-11}
   */
  public static ExportPeriod month(String month) throws InvalidPeriodException {
    try {
      var parsed = YearMonth.parse(month);
      if (parsed.getYear() < FIRST_YEAR || parsed.getYear() > LAST_YEAR) {
        throw new InvalidPeriodException(
            "--month: the year of %s isn't from %d to %d".formatted(month, FIRST_YEAR, LAST_YEAR));
      }
      return new ExportPeriod(
          midnight(parsed.atDay(1)), midnight(parsed.plusMonths(1).atDay(1)), parsed.toString());
    } catch (DateTimeException e) {
      throw new InvalidPeriodException(
          "--month: \"" + month + "\" is no month; write year and month, such as 2026-11");
    }
  }

  /**
   * @param since a date or an instant; empty for no bound
   * @param until the same; it isn't part of the period
   */
  public static ExportPeriod between(String since, String until) throws InvalidPeriodException {
    var from = since.isEmpty() ? Instant.MIN : instant("--since", since);
    var to = until.isEmpty() ? Instant.MAX : instant("--until", until);
    if (!from.isBefore(to)) {
      throw new InvalidPeriodException(
          "--since " + since + " isn't before --until " + until + "; exchange them");
    }
    String begin = since.isEmpty() ? "" : "since " + from;
    String end = until.isEmpty() ? "" : "until " + to;
    return new ExportPeriod(from, to, (begin + " " + end).strip());
  }

  /** Whether an instant lies in it. */
  public boolean contains(Instant instant) {
    return !instant.isBefore(since) && instant.isBefore(until);
  }

  /** Whether something lies in it that lasted from one instant to another. */
  boolean overlaps(Instant first, Instant last) {
    return first.isBefore(until) && !last.isBefore(since);
  }

  private static Instant instant(String option, String text) throws InvalidPeriodException {
    try {
      return text.contains("T") ? Instant.parse(text) : midnight(LocalDate.parse(text));
    } catch (DateTimeException e) {
      throw new InvalidPeriodException(
          option
              + ": \""
              + text
              + "\" is no date; write 2026-11-01, or 2026-11-01T08:30:00Z for a time of day");
    }
  }

  private static Instant midnight(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }
}
