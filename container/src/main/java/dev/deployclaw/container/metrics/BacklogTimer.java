package dev.deployclaw.container.metrics;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** For how long something has been waiting, by looks at how much waits. Any thread. */
public final class BacklogTimer {
  private final InstantSource clock;
  private Instant empty;

  public BacklogTimer(InstantSource clock) {
    this.clock = clock;
    this.empty = clock.instant();
  }

  /**
   * Seconds since a look last found nothing waiting; 0 where nothing waits now.
   *
   * @param pending how much waits now
   */
  public synchronized double seconds(long pending) {
    var now = clock.instant();
    if (pending == 0) {
      empty = now;
    }
    return Duration.between(empty, now).toMillis() / 1000.0;
  }
}
