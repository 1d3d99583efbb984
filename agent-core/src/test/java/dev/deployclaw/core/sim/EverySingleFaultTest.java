package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every single fault of all scenes but those of {@link SingleFaultTest}. */
@Slow(
    guard = "dev.deployclaw.core.sim.SingleFaultTest",
    because = "it plays some seventeen thousand schedules")
class EverySingleFaultTest extends SingleFaultCases {
  static Stream<SimScenario> all() {
    return others(List.of(SimScenario.values()));
  }

  static Stream<SimScenario> common() {
    return others(SimScenario.common());
  }

  private static Stream<SimScenario> others(Collection<SimScenario> scenes) {
    return scenes.stream().filter(scene -> !SingleFaultTest.SCENES.contains(scene));
  }

  @Test
  void anEndIsAnchoredAfterALaterOneByWhoeverDied() {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.lateEnds(SimScenario.RUN_AFTER_A_DEATH).forEach(findings::play);

    findings.assertNone("late ends, " + SimScenario.RUN_AFTER_A_DEATH);
  }
}
