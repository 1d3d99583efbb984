package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SweepScheduleTest {
  private final SweepSchedule walks =
      new SweepSchedule(List.of(AgentTask.CHANGE, AgentTask.ROLLBACK, AgentTask.APPROVAL));
  private final List<AgentTask> walked = new ArrayList<>();

  @Test
  void aLaneEndsAtAViolationAndWhatNobodyCameToIsNamed() throws Exception {
    boolean whole = walks.lane(task -> walk(task, List.of("open is x")));

    assertThat(whole).isFalse();
    assertThat(walked).containsExactly(AgentTask.CHANGE);
    assertThat(walks.violations())
        .contains(
            "change before etcd.transact#1: open is x",
            "rollback: no task reached it",
            "approval: no task reached it");
  }

  @Test
  void anotherLaneWalksByWhatIsLeft() throws Exception {
    boolean first = walks.lane(task -> walk(task, List.of("open is x")));
    boolean second = walks.lane(task -> walk(task, List.of()));

    assertThat(first).isFalse();
    assertThat(second).isTrue();
    assertThat(walked).containsExactly(AgentTask.CHANGE, AgentTask.ROLLBACK, AgentTask.APPROVAL);
    assertThat(walks.lines()).hasSize(3);
    assertThat(walks.violations()).noneMatch(v -> v.contains("nobody"));
  }

  private CrashPointSweep walk(AgentTask task, List<String> wrong) {
    walked.add(task);
    var points = CrashPoints.of(Map.of(task, List.of("etcd.transact#1"))).all();
    var outcome =
        new TrialOutcome(
            new CampaignTrial(0, 0, TrialKind.STEP),
            "etcd.transact",
            1,
            Ending.OLD,
            Optional.of(Duration.ofSeconds(1)),
            wrong);
    return new CrashPointSweep(
        task, points, wrong.isEmpty() ? List.of(outcome, outcome) : List.of(outcome));
  }
}
