package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An executor host that is killed or paused at one call of a task. */
@Slow(
    guard = "dev.deployclaw.core.sim.HostFaultTest",
    because = "it carries out six trials on a real estate")
class HostTrialTest extends KindTrialCases {
  private static final int TRIALS = 6;

  @Test
  void endsAllNewOrAllOldWhateverBefallsItsExecutorHost() throws Exception {
    var tally = carriedOut(TRIALS, List.of(TrialKind.HOST));

    assertThat(tally.kills()).as("of hosts").isPositive();
    assertThat(tally.lines()).as("pauses").anyMatch(line -> line.contains("host paused at "));
  }
}
