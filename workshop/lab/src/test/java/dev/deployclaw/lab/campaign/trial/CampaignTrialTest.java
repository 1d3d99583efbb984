package dev.deployclaw.lab.campaign.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CampaignTrialTest {
  private static final List<TrialKind> ALL = Arrays.asList(TrialKind.values());

  @Test
  void theSameSeedAndNumberAreTheSameTrial() {
    for (int number = 0; number < 40; number++) {
      var one = CampaignTrial.of(7, number, ALL);
      var again = CampaignTrial.of(7, number, ALL);

      assertThat(again).isEqualTo(one);
      assertThat(again.random().nextLong()).isEqualTo(one.random().nextLong());
    }
  }

  @Test
  void thirtyTwoTrialsComeByEveryKind() {
    var kinds = IntStream.range(0, 32).mapToObj(n -> CampaignTrial.of(7, n, ALL).kind()).toList();

    assertThat(kinds).containsAll(ALL);
    assertThat(kinds.stream().filter(k -> k == TrialKind.STEP)).hasSize(16);
  }

  @Test
  void onlyWhatIsAskedForIsDrawn() {
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(n -> CampaignTrial.of(1, n, List.of(TrialKind.PAUSE)).kind()))
        .containsOnly(TrialKind.PAUSE);
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(n -> CampaignTrial.of(1, n, List.of(TrialKind.STEP)).kind()))
        .containsOnly(TrialKind.STEP);
  }

  @Test
  void aWalkComesByEveryPointBeforeItComesByOneAgain() {
    for (int calls : List.of(30, 59, 61, 122)) {
      var names = IntStream.range(0, calls).mapToObj(i -> "etcd.transact#" + i).toList();
      var points = CrashPoints.of(Map.of(AgentTask.CHANGE, names));

      var walked = new HashSet<CrashPoint>();
      for (int i = 0; i < points.all().size(); i++) {
        walked.add(points.walk(99, i));
      }

      assertThat(walked).hasSize(2 * calls);
    }
  }
}
