package dev.deployclaw.container.notify;

import dev.deployclaw.core.runtime.Time;

/** By what couriers go. */
public record Terms(Patience patience, Time time, Tally tally) {

  /** Is told of each outcome: {@code delivered}, {@code retried}, {@code refused}, … */
  @FunctionalInterface
  public interface Tally {
    void outcome(String sink, String outcome);
  }
}
