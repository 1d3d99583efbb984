package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.disturbance.HostLie;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An executor host that lies at one call of a task. */
@Slow(
    guard = "dev.deployclaw.executors.remote.HostileHostTest",
    because = "it carries out eleven trials on a real estate")
class LieTrialTest extends KindTrialCases {
  /** Each lie once, at whatever step the seed draws. */
  private static final int TRIALS = HostLie.values().length;

  @Test
  void endsAllNewOrAllOldWhateverItsExecutorHostAnswers() throws Exception {
    var lines = carriedOut(TRIALS, List.of(TrialKind.LIE)).lines();

    for (var lie : HostLie.values()) {
      assertThat(lines).anySatisfy(l -> assertThat(l).startsWith("lie: " + lie.word()));
    }
    assertThat(lines).anySatisfy(l -> assertThat(l).contains(", told "));
  }
}
