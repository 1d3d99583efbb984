package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CampaignSummaryTest {
  private final CampaignSummary tally = new CampaignSummary();

  @Test
  void countsByWhereAndNamesTheTrialOfAViolation() {
    for (int i = 1; i <= 100; i++) {
      tally.add(outcome(i, i <= 60 ? Ending.NEW : Ending.OLD, List.of()));
    }
    tally.add(outcome(101, Ending.OLD, List.of("open is x")));

    assertThat(tally.kills()).isEqualTo(202);
    assertThat(tally.endings(Ending.NEW)).isEqualTo(60);
    assertThat(tally.violations())
        .containsExactly("trial 101 of seed 7, step, change redis.stage: open is x");
    assertThat(tally.lines())
        .anyMatch(l -> l.matches("step: change redis.stage +101 +202 +60 +41"))
        .anyMatch(l -> l.matches("all +101 +202 +60 +41"))
        .contains("time to recover, of 101: p50 5.1 s, p99 10.0 s, max 10.1 s")
        .contains("violations: 1");
  }

  @Test
  void hasNothingToSayOfNoTrials() {
    assertThat(tally.lines()).contains("time to recover, of 0: p50 -, p99 -, max -");
  }

  private static TrialOutcome outcome(int number, Ending ending, List<String> wrong) {
    return new TrialOutcome(
        new CampaignTrial(7, number, TrialKind.STEP),
        "change redis.stage",
        2,
        ending,
        Optional.of(Duration.ofMillis(number * 100L)),
        wrong);
  }
}
