package dev.deployclaw.core.sim;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One thing goes wrong, at every await point of a scene, none left out. Which scenes, the class
 * says that extends this one.
 */
abstract class SingleFaults {
  @ParameterizedTest
  @MethodSource("scenes")
  void theAgentDies(Scene scene) {
    var findings = new Findings();

    Exhaustive.crashes(scene).forEach(findings::play);

    findings.assertNone("single crashes, " + scene);
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void aCallIsLostOrLateOrDoubled(Scene scene) {
    var findings = new Findings();

    Exhaustive.outcomes(scene).forEach(findings::play);

    findings.assertNone("outcomes of calls, " + scene);
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void anAnswerIsLostAndThenNothingIsReached(Scene scene) {
    var findings = new Findings();

    Exhaustive.outages(scene).forEach(findings::play);

    findings.assertNone("lost answers before an outage, " + scene);
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void theAgentStandsStillPastItsLease(Scene scene) {
    var findings = new Findings();

    Exhaustive.pauses(scene).forEach(findings::play);

    findings.assertNone("pauses, " + scene);
  }
}
