package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.estate.HostLie;
import dev.deployclaw.lab.campaign.estate.TrialEstate;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor host that lies at one call of a task on a real estate: all new or all old. */
@Slow(
    guard = "dev.deployclaw.executors.remote.HostileHostTest",
    because = "it carries out eleven trials on a real estate")
class LieTrialTest {
  /** {@code -Dseed=} takes others. */
  private static final long SEED = 242_806;

  /** Each lie once, at whatever step the seed draws. */
  private static final int TRIALS = HostLie.values().length;

  @TempDir static Path folder;

  @Test
  void endsAllNewOrAllOldWhateverItsExecutorHostAnswers() throws Exception {
    var order =
        new CampaignRunner.Order(
            Long.getLong("seed", SEED), 0, TRIALS, Duration.ofHours(1), List.of(TrialKind.LIE));
    try (var site = TrialEstate.start(folder, GatewayPlatform.FOLDERS)) {
      var tally = new CampaignRunner(order, System.out::println, new CampaignSummary()).run(site);

      tally.lines().forEach(System.out::println);
      assertThat(tally.violations()).isEmpty();
      for (var lie : HostLie.values()) {
        assertThat(tally.lines()).anySatisfy(l -> assertThat(l).startsWith("lie: " + lie.word()));
      }
      assertThat(tally.lines()).anySatisfy(l -> assertThat(l).contains(", told "));
    }
  }
}
