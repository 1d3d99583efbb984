package dev.deployclaw.audit.signin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names of sign-in logs: the hour in which one was begun, a number within it, and chance. */
final class SignInLogName {
  private static final String PREFIX = "sign-ins-";
  private static final Pattern NAME =
      Pattern.compile(PREFIX + "(\\d{4}-\\d\\d-\\d\\d)-(\\d\\d)-\\d{5}-[0-9a-f]{8}");

  /**
   * Behind the hour: of one hour there are several logs after damage, or of a clock that went back.
   */
  private static final int NUMBER = 5;

  private static final int CHANCE = 8;
  private static final int SUFFIX = NUMBER + 1 + CHANCE;
  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd-HH").withZone(ZoneOffset.UTC);

  private SignInLogName() {}

  /** Whether it is one; of a file it may be anything. */
  static boolean fits(String log) {
    return NAME.matcher(log).matches();
  }

  static String hour(Instant now) {
    return HOUR.format(now);
  }

  static String hour(String log) {
    return log.substring(PREFIX.length(), log.length() - SUFFIX - 1);
  }

  /**
   * The name of the next log, in order behind the last one, wherever the clock is.
   *
   * @param last empty where there is none
   */
  static String behind(String last, Instant now) {
    String hour = hour(now);
    int number = 0;
    if (!last.isEmpty() && hour.compareTo(hour(last)) <= 0) {
      hour = hour(last);
      int from = last.length() - SUFFIX;
      number = Integer.parseInt(last, from, from + NUMBER, 10) + 1;
    }
    String chance = UUID.randomUUID().toString().substring(0, CHANCE);
    return PREFIX + hour + "-%05d-".formatted(number) + chance;
  }

  /**
   * When its hour is over: none of its events is later. Never, of a log that isn't one of these.
   */
  static Instant over(String log) {
    var name = NAME.matcher(log);
    try {
      return name.matches()
          ? Instant.parse(name.group(1) + "T" + name.group(2) + ":00:00Z").plus(1, ChronoUnit.HOURS)
          : Instant.MAX;
    } catch (DateTimeException e) {
      return Instant.MAX;
    }
  }
}
