package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent dies, and whoever finishes what it left dies too: every pair of points there is. */
class EveryDoubleCrashTest {
  private static final List<SimScenario> SHORT =
      List.of(SimScenario.APPROVAL_OF_WHAT_IS_STALE, SimScenario.REJECTION);

  @ParameterizedTest
  @FieldSource("SHORT")
  void inTwoShortScenes(SimScenario scene) {
    theAgentDiesAndItsSuccessorToo(scene);
  }

  static Stream<SimScenario> others() {
    return SimScenario.common().stream().filter(scene -> !SHORT.contains(scene));
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.EveryDoubleCrashTest#inTwoShortScenes",
      because = "it plays some twenty-three thousand schedules")
  @ParameterizedTest
  @MethodSource("others")
  void theAgentDiesAndItsSuccessorToo(SimScenario scene) {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.doubleCrashes(scene, findings::play);

    findings.assertNone("double crashes, " + scene);
  }
}
