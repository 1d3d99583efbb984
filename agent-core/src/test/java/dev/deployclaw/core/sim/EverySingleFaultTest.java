package dev.deployclaw.core.sim;

import dev.deployclaw.testkit.Slow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every single fault of all scenes but those of {@link SingleFaultTest}. */
@Slow(
    guard = "dev.deployclaw.core.sim.SingleFaultTest",
    because = "it plays some seventeen thousand schedules")
class EverySingleFaultTest extends SingleFaults {
  static Stream<Scene> scenes() {
    return Stream.of(Scene.values()).filter(scene -> !SingleFaultTest.SCENES.contains(scene));
  }

  @Test
  void anEndIsAnchoredAfterALaterOneByWhoeverDied() {
    var findings = new Findings();

    Exhaustive.lateEnds(Scene.RUN_AFTER_A_DEATH).forEach(findings::play);

    findings.assertNone("late ends, " + Scene.RUN_AFTER_A_DEATH);
  }
}
