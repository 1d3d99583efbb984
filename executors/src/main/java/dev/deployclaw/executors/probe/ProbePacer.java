package dev.deployclaw.executors.probe;

import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a distance between the starts of requests. A late start delays the next ones. Any thread.
 */
final class ProbePacer {
  private final long between;
  private long next = System.nanoTime();

  ProbePacer(ProbeSettings.Pace pace) {
    this.between = pace.between().toNanos();
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

  private synchronized long turn() {
    long now = System.nanoTime();
    long due = next - now > 0 ? next : now;
    next = due + between;
    return due;
  }
}
