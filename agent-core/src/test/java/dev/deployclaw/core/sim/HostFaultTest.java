package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.SimScenario;
import java.util.stream.Stream;

/** Every fault of the executor host in two scenes. */
class HostFaultTest extends HostFaultCases {
  static Stream<SimScenario> scenes() {
    return SingleFaultTest.SCENES.stream();
  }
}
