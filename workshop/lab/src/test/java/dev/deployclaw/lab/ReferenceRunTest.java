package dev.deployclaw.lab;

import org.junit.jupiter.api.BeforeAll;

/** On a small estate. */
class ReferenceRunTest extends ReferenceRunCases {
  private static final int GATEWAYS = 9;

  @BeforeAll
  static void carryOut() throws Exception {
    carryOut(GATEWAYS);
  }
}
