package dev.deployclaw.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits, bounded, for something to become true. */
public final class BoundedWait {
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LAST_PAUSE_MILLIS = 100;

  private BoundedWait() {}

  /** Polls; the error names {@code what} it waited for in vain, or was interrupted at. */
  public static void until(String what, Duration atMost, BooleanSupplier condition) {
    if (!cameTrue(atMost, condition)) {
      throw new IllegalStateException("gave up after " + atMost + " waiting until " + what);
    }
  }

  public static boolean cameTrue(Duration atMost, BooleanSupplier condition) {
    long deadline = System.nanoTime() + atMost.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      pause(pause);
      pause = Math.min(LAST_PAUSE_MILLIS, pause * 2);
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
