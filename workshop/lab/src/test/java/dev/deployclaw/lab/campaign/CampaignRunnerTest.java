package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.CampaignCommand.CampaignPrivileges;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.testkit.Slow;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A short campaign. */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#whatAKilledAgentCommittedIsEndedByTheNextOne",
    because = "it carries out sixteen trials on a real estate")
class CampaignRunnerTest extends KindTrialCases {
  /** As many steps as other kinds: each of them once but those that come late in the deck. */
  private static final int TRIALS = 16;

  @Test
  void endsAllNewOrAllOldWhateverIsDoneToIt() throws Exception {
    var kinds = CampaignPrivileges.possible(Arrays.asList(TrialKind.values()), System.out::println);

    var tally = carriedOut(TRIALS, kinds);

    assertThat(tally.kills()).isGreaterThanOrEqualTo(TRIALS / 2);
    assertThat(tally.endings(Ending.NEW)).isPositive();
    assertThat(tally.endings(Ending.OLD)).isPositive();
  }
}
