package dev.deployclaw.core.sim;

import dev.deployclaw.testkit.Slow;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every single fault of all scenes but those of {@link SingleFaultTest}. */
@Slow(
    guard = "dev.deployclaw.core.sim.SingleFaultTest",
    because = "it plays some seventeen thousand schedules")
class EverySingleFaultTest extends SingleFaults {
  static Stream<Scene> all() {
    return others(List.of(Scene.values()));
  }

  static Stream<Scene> common() {
    return others(Scene.common());
  }

  private static Stream<Scene> others(Collection<Scene> scenes) {
    return scenes.stream().filter(scene -> !SingleFaultTest.SCENES.contains(scene));
  }

  @Test
  void anEndIsAnchoredAfterALaterOneByWhoeverDied() {
    var findings = new Findings();

    Exhaustive.lateEnds(Scene.RUN_AFTER_A_DEATH).forEach(findings::play);

    findings.assertNone("late ends, " + Scene.RUN_AFTER_A_DEATH);
  }
}
