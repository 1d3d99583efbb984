package dev.deployclaw.core.sim;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One thing goes wrong, at every await point of a scene, none left out. The class that extends this
 * one says of which scenes: of all it may have, and of the common ones among them.
 */
abstract class SingleFaults {
  @ParameterizedTest
  @MethodSource("all")
  void theAgentDies(Scene scene) {
    var findings = new Findings();

    Exhaustive.crashes(scene).forEach(findings::play);

    findings.assertNone("single crashes, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void aCallIsLostOrLateOrDoubled(Scene scene) {
    var findings = new Findings();

    Exhaustive.outcomes(scene).forEach(findings::play);

    findings.assertNone("outcomes of calls, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void anAnswerIsLostAndThenNothingIsReached(Scene scene) {
    var findings = new Findings();

    Exhaustive.outages(scene).forEach(findings::play);

    findings.assertNone("lost answers before an outage, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void theAgentStandsStillPastItsLease(Scene scene) {
    var findings = new Findings();

    Exhaustive.pauses(scene).forEach(findings::play);

    findings.assertNone("pauses, " + scene);
  }
}
