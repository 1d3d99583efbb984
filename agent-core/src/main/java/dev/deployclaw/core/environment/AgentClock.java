package dev.deployclaw.core.environment;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Where the runtime gets the time from, and how it waits. */
public interface AgentClock extends InstantSource {
  /** Microseconds from some fixed moment; never goes back. */
  long micros();

  void pause(Duration duration) throws InterruptedException;

  static AgentClock system() {
    return new AgentClock() {
      @Override
      public Instant instant() {
        return Instant.now();
      }

      @Override
      public long micros() {
        return System.nanoTime() / 1000;
      }

      @Override
      public void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
      }
    };
  }
}
