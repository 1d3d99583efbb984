package dev.deployclaw.core.sim;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent dies, and whoever finishes what it left dies too: every pair of points there is. */
class EveryDoubleCrashTest {
  @ParameterizedTest
  @MethodSource("dev.deployclaw.core.sim.Scene#common")
  void theAgentDiesAndItsSuccessorToo(Scene scene) {
    var findings = new Findings();

    Exhaustive.doubleCrashes(scene, findings::play);

    findings.assertNone("double crashes, " + scene);
  }
}
