package dev.deployclaw.core.sim;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One thing goes wrong, at every await point of every scene, none left out. */
class EverySingleFaultTest {
  @ParameterizedTest
  @EnumSource
  void theAgentDies(Scene scene) {
    var findings = new Findings();

    Exhaustive.crashes(scene).forEach(findings::play);

    findings.assertNone("single crashes, " + scene);
  }

  @ParameterizedTest
  @MethodSource("dev.deployclaw.core.sim.Scene#common")
  void aCallIsLostOrLateOrDoubled(Scene scene) {
    var findings = new Findings();

    Exhaustive.outcomes(scene).forEach(findings::play);

    findings.assertNone("outcomes of calls, " + scene);
  }

  @ParameterizedTest
  @MethodSource("dev.deployclaw.core.sim.Scene#common")
  void anAnswerIsLostAndThenNothingIsReached(Scene scene) {
    var findings = new Findings();

    Exhaustive.outages(scene).forEach(findings::play);

    findings.assertNone("lost answers before an outage, " + scene);
  }

  @ParameterizedTest
  @MethodSource("dev.deployclaw.core.sim.Scene#common")
  void theAgentStandsStillPastItsLease(Scene scene) {
    var findings = new Findings();

    Exhaustive.pauses(scene).forEach(findings::play);

    findings.assertNone("pauses, " + scene);
  }

  @Test
  void anEndIsAnchoredAfterALaterOneByWhoeverDied() {
    var findings = new Findings();

    Exhaustive.lateEnds(Scene.RUN_AFTER_A_DEATH).forEach(findings::play);

    findings.assertNone("late ends, " + Scene.RUN_AFTER_A_DEATH);
  }
}
