package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrialTest {
  private static final List<Kind> ALL = Arrays.asList(Kind.values());

  @Test
  void theSameSeedAndNumberAreTheSameTrial() {
    for (int number = 0; number < 40; number++) {
      var one = Trial.of(7, number, ALL);
      var again = Trial.of(7, number, ALL);

      assertThat(again).isEqualTo(one);
      assertThat(again.random().nextLong()).isEqualTo(one.random().nextLong());
    }
  }

  @Test
  void thirtyTwoTrialsComeByEveryKind() {
    var kinds = IntStream.range(0, 32).mapToObj(n -> Trial.of(7, n, ALL).kind()).toList();

    assertThat(kinds).containsAll(ALL);
    assertThat(kinds.stream().filter(k -> k == Kind.STEP)).hasSize(16);
  }

  @Test
  void onlyWhatIsAskedForIsDrawn() {
    assertThat(IntStream.range(0, 20).mapToObj(n -> Trial.of(1, n, List.of(Kind.PAUSE)).kind()))
        .containsOnly(Kind.PAUSE);
    assertThat(IntStream.range(0, 20).mapToObj(n -> Trial.of(1, n, List.of(Kind.STEP)).kind()))
        .containsOnly(Kind.STEP);
  }

  @Test
  void aWalkComesByEveryPointBeforeItComesByOneAgain() {
    for (int calls : List.of(30, 59, 61, 122)) {
      var names = IntStream.range(0, calls).mapToObj(i -> "etcd.transact#" + i).toList();
      var points = Points.of(Map.of(Task.CHANGE, names));

      var walked = new HashSet<Point>();
      for (int i = 0; i < points.all().size(); i++) {
        walked.add(points.walk(99, i));
      }

      assertThat(walked).hasSize(2 * calls);
    }
  }
}
