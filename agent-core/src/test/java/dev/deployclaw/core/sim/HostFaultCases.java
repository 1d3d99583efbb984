package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.schedule.HostExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One thing befalls the executor host, at every call of a scene, none left out. */
abstract class HostFaultCases {
  @ParameterizedTest
  @MethodSource("scenes")
  void theHostDiesOrHangsOrAnswersWrongly(SimScenario scene) {
    var findings = new SimulationFindings();

    HostExplorer.faults(scene).forEach(findings::play);

    findings.assertNone("faults of the host, " + scene);
  }
}
