package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.SimScenario;
import java.util.stream.Stream;

/** Every fault of the executor host in the shortest change. */
class HostFaultTest extends HostFaultCases {
  static Stream<SimScenario> scenes() {
    return SingleFaultTest.common();
  }
}
