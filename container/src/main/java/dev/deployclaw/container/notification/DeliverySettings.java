package dev.deployclaw.container.notification;

import dev.deployclaw.core.environment.AgentClock;

/** By what couriers go. */
public record DeliverySettings(BackoffPolicy patience, AgentClock time, OutcomeCounter tally) {

  /** Is told of each outcome: {@code delivered}, {@code retried}, {@code refused}, … */
  @FunctionalInterface
  public interface OutcomeCounter {
    void outcome(String sink, String outcome);
  }
}
