package dev.deployclaw.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.SimEstate.Image;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.SwarmRun;
import java.util.ArrayList;
import java.util.List;

/** What was played and what was found, with the command that plays it again. */
final class SimulationFindings {
  /** The findings that are told; the first one matters. */
  private static final int MOST_TOLD = 5;

  private static final String REPLAY = "./test dev.deployclaw.core.sim.ReplayTest ";

  private final List<String> told = new ArrayList<>();
  private int played;
  private int found;

  void play(FaultSchedule schedule) {
    var outcome = schedule.play(BugInjector.NONE, EventTrace.hashed());
    count(outcome.broken(), "'-Dsim.schedule=" + schedule + "'");
  }

  /** The same, from what its first process left. */
  void play(FaultSchedule schedule, Image left) {
    var outcome = schedule.playOn(left, BugInjector.NONE, EventTrace.hashed());
    count(outcome.broken(), "'-Dsim.schedule=" + schedule + "'");
  }

  void play(long seed) {
    count(
        SwarmRun.play(seed, BugInjector.NONE, EventTrace.hashed()).broken(), "-Dsim.seed=" + seed);
  }

  private void count(List<String> broken, String what) {
    played++;
    if (!broken.isEmpty()) {
      found++;
      if (told.size() < MOST_TOLD) {
        told.add(String.join("\n", broken) + "\n  again, with its trace: " + REPLAY + what);
      }
    }
  }

  int played() {
    return played;
  }

  void assertNone(String what) {
    System.out.println(played + " schedules of " + what + ", " + found + " findings");
    assertThat(played).isPositive();
    assertThat(told).as("%s of %s schedules", found, played).isEmpty();
  }
}
