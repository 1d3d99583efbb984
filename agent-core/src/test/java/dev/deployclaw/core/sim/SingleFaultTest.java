package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.SimScenario;
import java.util.List;
import java.util.stream.Stream;

/** Every single fault of the shortest change. */
class SingleFaultTest extends SingleFaultCases {
  static final List<SimScenario> SCENES = List.of(SimScenario.FIRST_RUN);

  static Stream<SimScenario> all() {
    return SCENES.stream();
  }

  static Stream<SimScenario> common() {
    return Stream.of(SimScenario.FIRST_RUN);
  }
}
