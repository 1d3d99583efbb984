package dev.deployclaw.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.sim.bug.PlantedBug;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.SwarmRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Plays one seed or one schedule again, and prints all that happens in it: {@code ./test
 * dev.deployclaw.core.sim.ReplayTest -Dsim.seed=42}.
 */
class ReplayTest {
  private static final String WHY = "plays what it is told to: -Dsim.seed=, -Dsim.schedule=";

  @Test
  @EnabledIfSystemProperty(named = "sim.seed", matches = "-?\\d+", disabledReason = WHY)
  void aSeed() {
    var trace = EventTrace.told();

    var outcome =
        SwarmRun.play(Long.parseLong(System.getProperty("sim.seed", "0")), planted(), trace);

    print(trace);
    assertThat(outcome.broken()).isEmpty();
  }

  @Test
  @EnabledIfSystemProperty(named = "sim.schedule", matches = ".+", disabledReason = WHY)
  void aSchedule() {
    var trace = EventTrace.told();

    var outcome =
        FaultSchedule.parse(System.getProperty("sim.schedule", "")).play(planted(), trace);

    print(trace);
    assertThat(outcome.broken()).isEmpty();
  }

  /** With a bug, where one is named: {@code -Dsim.planted=EPOCH_REUSED}. */
  private static BugInjector planted() {
    String name = System.getProperty("sim.planted", "");
    return name.isEmpty() ? BugInjector.NONE : PlantedBug.valueOf(name);
  }

  private static void print(EventTrace trace) {
    List<String> lines = trace.lines();
    lines.forEach(System.out::println);
    System.out.println("trace " + Long.toHexString(trace.hash()));
  }
}
