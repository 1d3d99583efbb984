package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.StateStore.Leadership;
import java.util.Optional;

/**
 * What an orchestrator carries while it drives a change: by whose lead, and where it tells about
 * it.
 *
 * @param leftOut members that a person leaves out of a way back, should they not be able to go
 */
record Duty(Leadership leadership, Story story, Risks risks, Optional<LeftOut> leftOut) {
  /** Nobody is left out. */
  Duty(Leadership leadership, Story story, Risks risks) {
    this(leadership, story, risks, Optional.empty());
  }

  /** By which its calls are made. */
  Mandate mandate() {
    return story.mandate(new Fence(leadership.name(), leadership.term()));
  }
}
