package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.StateStore.Leadership;

/**
 * What an orchestrator carries while it drives a change: by whose lead, and where it tells about
 * it.
 */
record Duty(Leadership leadership, Story story, Risks risks) {
  /** By which its calls are made. */
  Mandate mandate() {
    return story.mandate(new Fence(leadership.name(), leadership.term()));
  }
}
