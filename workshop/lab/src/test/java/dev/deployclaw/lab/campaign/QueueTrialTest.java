package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An agent that has a task from the work queue is killed or sleeps. */
@Slow(
    guard = "dev.deployclaw.container.nats.NatsTaskIntakeTest",
    because = "it carries out six trials on a real estate")
class QueueTrialTest extends KindTrialCases {
  /** Each stage of a task from the work queue once: three kills, three sleeps. */
  private static final int TRIALS = 6;

  @Test
  void carriesATaskOutOnceWhateverBefallsTheAgentThatHasIt() throws Exception {
    carriedOut(TRIALS, List.of(TrialKind.QUEUE));
  }
}
