package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every single fault that {@link SingleFaultTest} leaves out. */
@Slow(
    guard = "dev.deployclaw.core.sim.SingleFaultTest",
    because = "it plays some seventeen thousand schedules")
class EverySingleFaultTest extends SingleFaultCases {
  static Stream<SimScenario> all() {
    return Stream.of(SimScenario.values()).filter(s -> !SingleFaultTest.SCENES.contains(s));
  }

  static Stream<SimScenario> common() {
    return SimScenario.common().stream().filter(s -> s != SimScenario.FIRST_RUN);
  }

  @Test
  void anEndIsAnchoredAfterALaterOneByWhoeverDied() {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.lateEnds(SimScenario.RUN_AFTER_A_DEATH).forEach(findings::play);

    findings.assertNone("late ends, " + SimScenario.RUN_AFTER_A_DEATH);
  }
}
