package dev.deployclaw.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof that the simulation bites: none of the planted bugs survives it. */
class PlantedBugsTest {
  @ParameterizedTest
  @EnumSource
  void isFound(Planted bug) {
    var found = Hunt.byAll(bug);

    assertThat(found).as("%s survives: %s", bug, bug.words()).isPresent();
    System.out.println(bug + " found: " + found.orElseThrow());
  }
}
