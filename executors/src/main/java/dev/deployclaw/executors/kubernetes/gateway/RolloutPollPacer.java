package dev.deployclaw.executors.kubernetes.gateway;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often an API server is asked whether a rollout is done. A waiting caller asks again at once;
 * each answer takes several lists, and a rollout takes minutes. So a look waits its turn before it
 * begins, an eighth of the time that the rollout took so far: often at first, then more and more
 * seldom. What a look says is never older than its call. For many threads.
 */
final class RolloutPollPacer {
  /** The part of a rollout's time so far that lies between two looks. */
  private static final int EIGHTH = 8;

  private static final int QUARTER = 4;

  /** Of the shortest time between two looks. */
  private static final int LONGEST = 4;

  /** After so many of the longest times without a look another rollout begins. */
  private static final int FORGOTTEN = 4;

  private final long least;
  private final LongSupplier nanos;
  private final Pause pause;

  private long epoch;
  private long since;
  private long last;
  private boolean under;

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /**
   * @param least between two looks
   * @param nanos as {@link System#nanoTime}
   */
  RolloutPollPacer(Duration least, LongSupplier nanos, Pause pause) {
    this.least = least.toNanos();
    this.nanos = nanos;
    this.pause = pause;
  }

  static RolloutPollPacer of(Duration least) {
    return new RolloutPollPacer(least, System::nanoTime, Thread::sleep);
  }

  /** Waits until a look at that epoch's rollout is due, a quarter of its deadline at most. */
  void await(long ofEpoch, Duration deadline) throws InterruptedException {
    long wait = Math.min(reserve(ofEpoch), deadline.toNanos() / QUARTER);
    if (wait > 0) {
      pause.of(Duration.ofNanos(wait));
    }
  }

  /** It is done: the next look is the first of another one. */
  synchronized void finished() {
    under = false;
  }

  private synchronized long reserve(long ofEpoch) {
    long now = nanos.getAsLong();
    boolean goesOn = under && epoch == ofEpoch && now - last < least * LONGEST * FORGOTTEN;
    if (!goesOn) {
      under = true;
      epoch = ofEpoch;
      since = now;
      last = now;
      return 0;
    }
    long between = Math.clamp((now - since) / EIGHTH, least, least * LONGEST);
    long due = Math.max(now, last + between);
    last = due;
    return due - now;
  }
}
