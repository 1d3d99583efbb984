package dev.deployclaw.core.service;

import dev.deployclaw.core.spi.StateStore.Leadership;

/** What is asked, or done, by an agent that leads, before it begins a task. */
@FunctionalInterface
public interface LeadCondition {
  /** Of a task that no other agent can take over. */
  LeadCondition NONE = _ -> true;

  boolean holds(Leadership leadership) throws InterruptedException;
}
