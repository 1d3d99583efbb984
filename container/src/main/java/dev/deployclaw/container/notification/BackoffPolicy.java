package dev.deployclaw.container.notification;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long to wait between tries, and when to give up: twice as long each time up to a bound, less
 * a random part of at most half, so that many agents don't come back in step.
 *
 * @param first after the first failure
 * @param longest bounds every wait
 * @param giveUp a notice that is so old isn't tried again
 * @param answer for one exchange
 */
public record BackoffPolicy(Duration first, Duration longest, Duration giveUp, Duration answer) {
  /** From a second to five minutes, for a day. */
  public static final BackoffPolicy DEFAULT =
      new BackoffPolicy(
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          Duration.ofHours(24),
          Duration.ofSeconds(10));

  private static final int MOST_DOUBLINGS = 20;

  /**
   * @param failures in a row, at least 1
   */
  public Duration after(int failures, RandomGenerator random) {
    var whole = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    long millis = Math.max(1, Math.min(whole.toMillis(), longest.toMillis()));
    return Duration.ofMillis(millis - random.nextLong(millis / 2 + 1));
  }

  /**
   * The same, and at least what the receiver asked for, within the longest wait.
   *
   * @param asked by the receiver; empty where it says nothing
   */
  public Duration after(int failures, Optional<Duration> asked, RandomGenerator random) {
    var own = after(failures, random);
    return asked
        .filter(a -> a.compareTo(own) > 0)
        .map(a -> a.compareTo(longest) < 0 ? a : longest)
        .orElse(own);
  }
}
