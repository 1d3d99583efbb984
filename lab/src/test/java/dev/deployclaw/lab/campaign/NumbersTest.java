package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumbersTest {
  private static final int FIRST = 5;
  private static final int TRIALS = 64;

  @Test
  void eachNumberGoesOnceToTheGroundThatItsKindNeeds() {
    var order = order(Arrays.asList(Kind.values()));
    var numbers = new Numbers(order);

    var inPods = take(numbers, Ground.PODS);
    var inFolders = take(numbers, Ground.FOLDERS);

    assertThat(inPods).isNotEmpty().allMatch(t -> t.kind() == Kind.POD);
    assertThat(inFolders).noneMatch(t -> t.kind() == Kind.POD);
    var all = new ArrayList<>(inPods);
    all.addAll(inFolders);
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(FIRST, FIRST + TRIALS)
                .mapToObj(n -> Trial.of(order.seed(), n, order.kinds()))
                .toList());
  }

  @Test
  void aGroundThatNoKindNeedsGetsNone() {
    var steps = new Numbers(order(List.of(Kind.STEP)));
    var pods = new Numbers(order(List.of(Kind.POD)));

    assertThat(steps.has(Ground.PODS)).isFalse();
    assertThat(steps.has(Ground.FOLDERS)).isTrue();
    assertThat(pods.has(Ground.FOLDERS)).isFalse();
    assertThat(new Numbers(order(List.of())).has(Ground.FOLDERS)).isFalse();
  }

  private static Campaign.Order order(List<Kind> kinds) {
    return new Campaign.Order(7, FIRST, TRIALS, Duration.ofHours(1), kinds);
  }

  private static List<Trial> take(Numbers numbers, Ground ground) {
    var out = new ArrayList<Trial>();
    for (var next = numbers.take(ground); next.isPresent(); next = numbers.take(ground)) {
      out.add(next.get());
    }
    return out;
  }
}
