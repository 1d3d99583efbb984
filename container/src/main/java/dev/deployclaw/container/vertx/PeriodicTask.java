package dev.deployclaw.container.vertx;

import java.time.Duration;

/**
 * Work that repeats in the background.
 *
 * @param every the pause between the end of one run and the start of the next
 */
public record PeriodicTask(String name, Duration every, Action action) {

  /** May block; ends when interrupted. */
  @FunctionalInterface
  public interface Action {
    void run() throws InterruptedException;
  }
}
