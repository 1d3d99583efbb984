package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One thing goes wrong, at every await point of a scene, none left out. The class that extends this
 * one says of which scenes: of all it may have, and of the common ones among them.
 */
abstract class SingleFaultCases {
  @ParameterizedTest
  @MethodSource("all")
  void theAgentDies(SimScenario scene) {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.crashes(scene).forEach(findings::play);

    findings.assertNone("single crashes, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void aCallIsLostOrLateOrDoubled(SimScenario scene) {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.outcomes(scene).forEach(findings::play);

    findings.assertNone("outcomes of calls, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void anAnswerIsLostAndThenNothingIsReached(SimScenario scene) {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.outages(scene).forEach(findings::play);

    findings.assertNone("lost answers before an outage, " + scene);
  }

  @ParameterizedTest
  @MethodSource("common")
  void theAgentStandsStillPastItsLease(SimScenario scene) {
    var findings = new SimulationFindings();

    ExhaustiveExplorer.pauses(scene).forEach(findings::play);

    findings.assertNone("pauses, " + scene);
  }
}
