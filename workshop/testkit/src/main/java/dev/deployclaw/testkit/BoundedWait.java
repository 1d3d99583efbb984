package dev.deployclaw.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits, bounded, for something to become true. */
public final class BoundedWait {
  private static final long LEAST_PAUSE_MILLIS = 5;
  private static final long MOST_PAUSE_MILLIS = 100;

  /** By which part of itself a wait may be too long. */
  private static final int PART = 8;

  private BoundedWait() {}

  /**
   * Polls until the condition holds.
   *
   * @param what names the thing waited for, in the error
   * @throws IllegalStateException when it does not come true in time, or the thread is interrupted
   */
  public static void until(String what, Duration atMost, BooleanSupplier condition) {
    if (!cameTrue(atMost, condition)) {
      throw new IllegalStateException("gave up after " + atMost + " waiting until " + what);
    }
  }

  /** As {@link #until}, answering false when the time is over. */
  public static boolean cameTrue(Duration atMost, BooleanSupplier condition) {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      var waited = Duration.ofNanos(System.nanoTime() - begun);
      if (waited.compareTo(atMost) > 0) {
        return false;
      }
      pause(Math.clamp(waited.toMillis() / PART, LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS));
    }
    return true;
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
