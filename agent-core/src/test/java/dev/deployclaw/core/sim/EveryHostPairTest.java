package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.HostExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The executor host dies, and then the agent: every pair there is. {@link EveryHostSuccessorTest}
 * has them the other way round.
 */
class EveryHostPairTest {
  static final List<SimScenario> SHORT =
      List.of(SimScenario.APPROVAL_OF_WHAT_IS_STALE, SimScenario.REJECTION);

  @ParameterizedTest
  @FieldSource("SHORT")
  void inTwoShortScenes(SimScenario scene) {
    theAgentDiesAfterTheHost(scene);
    EveryHostSuccessorTest.play(scene);
  }

  static Stream<SimScenario> others() {
    return SimScenario.common().stream().filter(scene -> !SHORT.contains(scene));
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.EveryHostPairTest#inTwoShortScenes",
      because = "it plays some thirty thousand schedules")
  @ParameterizedTest
  @MethodSource("others")
  void theAgentDiesAfterTheHost(SimScenario scene) {
    var findings = new SimulationFindings();

    HostExplorer.thenTheAgent(scene).forEach(findings::play);

    findings.assertNone("deaths of the host and then of the agent, " + scene);
  }
}
