package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.sim.SimulatedLogs;
import dev.deployclaw.testkit.Slow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whatever befalls an agent that keeps the rules, the verifier finds nothing in its logs: not where
 * answers are lost, another machine goes on, a way back fails or a state store is restored. {@code
 * -Dsim.every=1} takes all schedules, {@code -Dsim.swarms=1000} more seeds.
 */
class SimulatedLogsTest {
  private static final int EVERY = Integer.getInteger("sim.every", 67);
  private static final int SWARMS = Integer.getInteger("sim.swarms", 20);

  /** Those of the fast tier. */
  private static final int FEW = 8;

  private static final int MOST_TOLD = 5;

  private final List<String> wrong = new ArrayList<>();
  private int logs;

  @Slow(
      guard = "dev.deployclaw.audit.verify.SimulatedLogsTest#findsNothingWhereEverythingDoes",
      because = "it verifies the logs of single faults in all scenes")
  @Test
  void findsNothingWhereOneThingGoesWrong() {
    SimulatedLogs.ofSingleFaults(EVERY, this::verify);

    assertThat(wrong).isEmpty();
    assertThat(logs).isGreaterThan(100);
  }

  @Test
  void findsNothingWhereEverythingDoes() {
    verifySwarms(1, FEW);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.SimulatedLogsTest#findsNothingWhereEverythingDoes",
      because = "it verifies the logs of more swarms")
  @Test
  void findsNothingInMoreSwarms() {
    verifySwarms(1 + FEW, SWARMS - FEW);
  }

  private void verifySwarms(int first, int swarms) {
    SimulatedLogs.ofSwarms(first, swarms, this::verify);

    assertThat(wrong).isEmpty();
    assertThat(logs).isGreaterThan(swarms);
  }

  private void verify(String origin, String execution, List<byte[]> records) {
    logs++;
    for (var finding : LogVerifier.records(execution, records)) {
      if (wrong.size() < MOST_TOLD) {
        wrong.add(origin + ", " + execution + ": " + finding);
      }
    }
  }
}
