package dev.deployclaw.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.sim.bug.PlantedBug;
import dev.deployclaw.testkit.Slow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The proof that the simulation bites: none of the planted bugs survives it. */
class PlantedBugsTest {
  @ParameterizedTest
  @EnumSource(
      names = {
        "TERM_NOT_COMPARED",
        "CHECKPOINT_WITH_THE_COMMIT",
        "VOTES_NOT_ASKED",
        "ONE_STOPS_THE_WAY_BACK",
        "CUT_CALL_REFUSED"
      })
  void isFoundAtOnce(PlantedBug bug) {
    isFound(bug);
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.PlantedBugsTest#isFoundAtOnce",
      because = "some bugs show in one of thousands of schedules only")
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {
        "TERM_NOT_COMPARED",
        "CHECKPOINT_WITH_THE_COMMIT",
        "VOTES_NOT_ASKED",
        "ONE_STOPS_THE_WAY_BACK",
        "CUT_CALL_REFUSED"
      })
  void isFound(PlantedBug bug) {
    var found = BugHunt.byAll(bug);

    assertThat(found).as("%s survives: %s", bug, bug.words()).isPresent();
    System.out.println(bug + " found: " + found.orElseThrow());
  }
}
