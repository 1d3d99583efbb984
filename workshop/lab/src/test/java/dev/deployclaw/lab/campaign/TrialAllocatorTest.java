package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.CampaignRunner.TrialAllocator;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrialAllocatorTest {
  private static final int FIRST = 5;
  private static final int TRIALS = 64;

  @Test
  void eachNumberGoesOnceToTheGroundThatItsKindNeeds() {
    var order = order(Arrays.asList(TrialKind.values()));
    var numbers = new TrialAllocator(order);

    var inPods = take(numbers, GatewayPlatform.PODS);
    var inFolders = take(numbers, GatewayPlatform.FOLDERS);

    assertThat(inPods).isNotEmpty().allMatch(t -> t.kind() == TrialKind.POD);
    assertThat(inFolders).noneMatch(t -> t.kind() == TrialKind.POD);
    var all = new ArrayList<>(inPods);
    all.addAll(inFolders);
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(FIRST, FIRST + TRIALS)
                .mapToObj(n -> CampaignTrial.of(order.seed(), n, order.kinds()))
                .toList());
  }

  @Test
  void aGroundThatNoKindNeedsGetsNone() {
    var steps = new TrialAllocator(order(List.of(TrialKind.STEP)));
    var pods = new TrialAllocator(order(List.of(TrialKind.POD)));

    assertThat(steps.has(GatewayPlatform.PODS)).isFalse();
    assertThat(steps.has(GatewayPlatform.FOLDERS)).isTrue();
    assertThat(pods.has(GatewayPlatform.FOLDERS)).isFalse();
    assertThat(new TrialAllocator(order(List.of())).has(GatewayPlatform.FOLDERS)).isFalse();
  }

  private static CampaignRunner.Order order(List<TrialKind> kinds) {
    return new CampaignRunner.Order(7, FIRST, TRIALS, Duration.ofHours(1), kinds);
  }

  private static List<CampaignTrial> take(TrialAllocator numbers, GatewayPlatform ground) {
    var out = new ArrayList<CampaignTrial>();
    for (var next = numbers.take(ground); next.isPresent(); next = numbers.take(ground)) {
      out.add(next.get());
    }
    return out;
  }
}
