package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.HostExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.testkit.Slow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent dies, and then its successor's executor host: every pair there is. */
@Slow(
    guard = "dev.deployclaw.core.sim.EveryHostPairTest#inTwoShortScenes",
    because = "it plays some thirty thousand schedules")
class EveryHostSuccessorTest {
  @ParameterizedTest
  @MethodSource("dev.deployclaw.core.sim.EveryHostPairTest#others")
  void theHostDiesAfterTheAgent(SimScenario scene) {
    play(scene);
  }

  static void play(SimScenario scene) {
    var findings = new SimulationFindings();

    HostExplorer.thenTheSuccessors(scene, findings::play);

    findings.assertNone("deaths of the agent and then of its successor's host, " + scene);
  }
}
