package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import java.util.stream.Stream;

/** Every fault of the executor host in all scenes but that of {@link HostFaultTest}. */
@Slow(
    guard = "dev.deployclaw.core.sim.HostFaultTest",
    because = "it plays some ten thousand schedules")
class EveryHostFaultTest extends HostFaultCases {
  static Stream<SimScenario> scenes() {
    return Stream.of(SimScenario.values()).filter(scene -> scene != SimScenario.FIRST_RUN);
  }
}
