package dev.deployclaw.core.sim;

import dev.deployclaw.testkit.Slow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The agent dies, and whoever finishes what it left dies too: every pair of points there is. */
class EveryDoubleCrashTest {
  @ParameterizedTest
  @EnumSource(names = {"APPROVAL_OF_WHAT_IS_STALE", "REJECTION"})
  void inTwoShortScenes(Scene scene) {
    theAgentDiesAndItsSuccessorToo(scene);
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.EveryDoubleCrashTest#inTwoShortScenes",
      because = "it plays some twenty-three thousand schedules")
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"APPROVAL_OF_WHAT_IS_STALE", "REJECTION"})
  void theAgentDiesAndItsSuccessorToo(Scene scene) {
    var findings = new Findings();

    Exhaustive.doubleCrashes(scene, findings::play);

    findings.assertNone("double crashes, " + scene);
  }
}
