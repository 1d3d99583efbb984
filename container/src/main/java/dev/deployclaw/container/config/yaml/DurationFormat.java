package dev.deployclaw.container.config.yaml;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as a configuration writes them: a number and a unit, such as {@code 500ms}. */
final class DurationFormat {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private DurationFormat() {}

  static Optional<Duration> parse(String text) {
    var match = DURATION.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    long n = Long.parseLong(match.group(1));
    return Optional.of(
        switch (match.group(2)) {
          case "ms" -> Duration.ofMillis(n);
          case "s" -> Duration.ofSeconds(n);
          case "m" -> Duration.ofMinutes(n);
          case "h" -> Duration.ofHours(n);
          default -> Duration.ofDays(n);
        });
  }

  /** With the largest unit that keeps it exact; days are written in hours. */
  static String format(Duration d) {
    long millis = d.toMillis();
    return millis % 1000 != 0 || millis == 0
        ? millis + "ms"
        : d.toSeconds() % 60 != 0
            ? d.toSeconds() + "s"
            : d.toMinutes() % 60 != 0 ? d.toMinutes() + "m" : d.toHours() + "h";
  }
}
