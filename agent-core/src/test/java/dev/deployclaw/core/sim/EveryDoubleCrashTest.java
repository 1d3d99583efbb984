package dev.deployclaw.core.sim;

import dev.deployclaw.testkit.Slow;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent dies, and whoever finishes what it left dies too: every pair of points there is. */
class EveryDoubleCrashTest {
  private static final List<Scene> SHORT =
      List.of(Scene.APPROVAL_OF_WHAT_IS_STALE, Scene.REJECTION);

  @ParameterizedTest
  @FieldSource("SHORT")
  void inTwoShortScenes(Scene scene) {
    theAgentDiesAndItsSuccessorToo(scene);
  }

  static Stream<Scene> others() {
    return Scene.common().stream().filter(scene -> !SHORT.contains(scene));
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.EveryDoubleCrashTest#inTwoShortScenes",
      because = "it plays some twenty-three thousand schedules")
  @ParameterizedTest
  @MethodSource("others")
  void theAgentDiesAndItsSuccessorToo(Scene scene) {
    var findings = new Findings();

    Exhaustive.doubleCrashes(scene, findings::play);

    findings.assertNone("double crashes, " + scene);
  }
}
