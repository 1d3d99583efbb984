package dev.deployclaw.core.environment;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * How often and for how long something is asked again, over a clock that may be a simulated one.
 *
 * @param pause after the first attempt, the second, …, from 1
 * @param within begins no attempt after this, but the first
 */
public record RetryPolicy(
    AgentClock time, IntFunction<Duration> pause, int attempts, Duration within) {
  private static final Duration ANY = Duration.ofNanos(Long.MAX_VALUE);

  /** As often as that time has room for. */
  public static RetryPolicy within(Duration within, Duration pause) {
    return new RetryPolicy(AgentClock.system(), _ -> pause, Integer.MAX_VALUE, within);
  }

  /** So often at most, however long it takes. */
  public static RetryPolicy times(int attempts, IntFunction<Duration> pause) {
    return new RetryPolicy(AgentClock.system(), pause, attempts, ANY);
  }

  /** What is asked. */
  @FunctionalInterface
  public interface Attempt<T, E extends Exception> {
    T ask() throws E, InterruptedException;
  }

  /**
   * Asks until an answer will do. An exception ends it.
   *
   * @return the last answer, whether or not it will do
   */
  public <T, E extends Exception> T until(Predicate<? super T> good, Attempt<T, E> attempt)
      throws E, InterruptedException {
    long begun = time.micros();
    T last = attempt.ask();
    for (int n = 1; n < attempts && !good.test(last) && left(begun); n++) {
      time.pause(pause.apply(n));
      last = attempt.ask();
    }
    return last;
  }

  private boolean left(long begunMicros) {
    return time.micros() - begunMicros < within.toNanos() / 1000;
  }
}
