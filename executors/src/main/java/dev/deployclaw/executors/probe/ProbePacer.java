package dev.deployclaw.executors.probe;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a distance between the starts of requests: as long as an answer takes, so that one is under
 * way on average, within the bounds of a pace. A late start delays the next ones. Any thread.
 *
 * <p>How long an answer takes is smoothed as TCP does it (RFC 6298, a gain of 1/8).
 */
final class ProbePacer {
  private static final int GAIN = 8;

  private final long shortest;
  private final long longest;
  private long smoothed;
  private long next = System.nanoTime();

  ProbePacer(ProbeSettings.Pace pace) {
    this.shortest = pace.shortest().toNanos();
    this.longest = pace.longest().toNanos();
    this.smoothed = longest;
  }

  /** Waits for its turn, or until it is interrupted. */
  void await() {
    long due = turn();
    long left = due - System.nanoTime();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = due - System.nanoTime();
    }
  }

  /** An answer came after so many microseconds. */
  synchronized void answered(long micros) {
    smoothed += (TimeUnit.MICROSECONDS.toNanos(micros) - smoothed) / GAIN;
  }

  /** Between two starts, in nanoseconds. */
  synchronized long distance() {
    return Math.clamp(smoothed, shortest, longest);
  }

  private synchronized long turn() {
    long now = System.nanoTime();
    long due = next - now > 0 ? next : now;
    next = due + distance();
    return due;
  }
}
