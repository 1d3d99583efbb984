package dev.deployclaw.core.change.publication;

import java.time.Duration;

/**
 * How long to wait before a member is asked again: a quarter of the time that was waited so far,
 * within bounds. A member that is away for a moment is found at once, and one that stays away is
 * asked seldom.
 */
final class RetryBackoff {
  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final int SHARE = 4;

  private RetryBackoff() {}

  /**
   * @param waitedMicros so far
   * @param shortest a longer one than {@link #LONGEST} holds
   */
  static Duration after(long waitedMicros, Duration shortest) {
    var share = Duration.ofNanos(waitedMicros * 1000 / SHARE);
    var bounded = share.compareTo(LONGEST) < 0 ? share : LONGEST;
    return bounded.compareTo(shortest) > 0 ? bounded : shortest;
  }
}
