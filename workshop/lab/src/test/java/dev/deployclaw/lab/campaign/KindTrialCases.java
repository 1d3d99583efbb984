package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Trials on a real estate: all new or all old. */
abstract class KindTrialCases {
  /** The long campaign takes others; so does {@code -Dseed=}. */
  private static final long SEED = 242_806;

  @TempDir static Path folder;

  /** The lines of so many trials, none of which may find anything wrong. */
  static CampaignSummary carriedOut(int trials, List<TrialKind> kinds) throws Exception {
    var order =
        new CampaignRunner.Order(Long.getLong("seed", SEED), 0, trials, Duration.ofHours(1), kinds);
    try (var site = TrialEstate.start(folder, GatewayPlatform.FOLDERS)) {
      var tally = new CampaignRunner(order, System.out::println, new CampaignSummary()).run(site);

      tally.lines().forEach(System.out::println);
      assertThat(tally.violations()).isEmpty();
      assertThat(tally.trials()).isEqualTo(trials);
      return tally;
    }
  }
}
