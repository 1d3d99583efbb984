package dev.deployclaw.container.vertx;

import java.time.Duration;

/**
 * Something that is done again and again in the background.
 *
 * @param every the pause between the end of one walk and the next
 */
public record PeriodicTask(String name, Duration every, Walk walk) {

  /** What is done; may block, and ends when interrupted. */
  @FunctionalInterface
  public interface Walk {
    void once() throws InterruptedException;
  }
}
