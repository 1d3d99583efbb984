package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CrashPointSweepTest {
  private static final List<CrashPoint> POINTS =
      CrashPoints.of(Map.of(AgentTask.CHANGE, List.of("etcd.transact#1", "redis.publish#1"))).all();

  @Test
  void countsACallTwiceAndAKillOnce() {
    var walk =
        new CrashPointSweep(
            AgentTask.CHANGE,
            POINTS,
            List.of(
                outcome(1, Ending.OLD), outcome(1, Ending.OLD),
                outcome(1, Ending.NEW), outcome(1, Ending.NEW)));

    assertThat(walk.violations()).isEmpty();
    assertThat(walk.line())
        .isEqualTo(
            "change: 2 calls, each killed before and after it: 4 kills, 2 all new, 2 all old, "
                + "longest recovery 1.5 s");
  }

  @Test
  void isNoneWhereAnAgentNeverCameToItsPoint() {
    var walk =
        new CrashPointSweep(
            AgentTask.CHANGE,
            POINTS,
            List.of(
                outcome(1, Ending.OLD), outcome(0, Ending.OLD),
                outcome(1, Ending.NEW), outcome(1, Ending.NEW)));

    assertThat(walk.violations())
        .containsExactly("change after etcd.transact#1: the agent never reached it");
  }

  @Test
  void isNoneWhereItStoppedOnTheWay() {
    var wrong =
        new TrialOutcome(
            new CampaignTrial(0, 0, TrialKind.STEP),
            "change etcd.transact",
            1,
            Ending.OLD,
            Optional.empty(),
            List.of("open is x"));

    assertThat(new CrashPointSweep(AgentTask.CHANGE, POINTS, List.of(wrong)).violations())
        .containsExactly("change before etcd.transact#1: open is x", "3 points were not tried");
  }

  private static TrialOutcome outcome(int kills, Ending ending) {
    return new TrialOutcome(
        new CampaignTrial(0, 0, TrialKind.STEP),
        "change etcd.transact",
        kills,
        ending,
        Optional.of(Duration.ofMillis(1_500)),
        List.of());
  }
}
