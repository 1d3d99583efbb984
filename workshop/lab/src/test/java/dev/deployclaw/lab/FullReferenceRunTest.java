package dev.deployclaw.lab;

import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.Slow;
import org.junit.jupiter.api.BeforeAll;

/** On the estate of the demo. */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest",
    because = "each change of its story reaches all gateways of the demo")
class FullReferenceRunTest extends ReferenceRunCases {
  @BeforeAll
  static void carryOut() throws Exception {
    carryOut(LabEstate.GATEWAYS);
  }
}
