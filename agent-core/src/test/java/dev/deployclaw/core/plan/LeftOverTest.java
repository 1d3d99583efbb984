package dev.deployclaw.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LeftOverTest {
  @Test
  void namesAnEpochThatBelongsToNoChange() {
    assertThat(gateway(Set.of(), 0, 3, 4, 7))
        .extracting(Discrepancy::text)
        .containsExactly(
            "gateway/a extra: holds an epoch of no change in epochs/7; a repair leaves it, remove"
                + " it by hand");
  }

  @Test
  void takesOlderEpochsAndThoseOfAnOpenChangeAndACandidateForWhatTheyAre() {
    assertThat(gateway(Set.of(), 0, 2, 3, 4)).isEmpty();
    assertThat(gateway(Set.of(5L, 6L), 4, 5, 6)).isEmpty();
  }

  @Test
  void namesTheFirstOfManyKeysThatAreNotOurs() {
    var scan =
        Outcome.done(
            List.of(
                Report.yes("configuration/a", "", Map.of("foreign", List.of("a", "b", "c", "d")))));

    assertThat(LeftOver.of(Map.of("configuration.scan", scan), 4, Set.of()))
        .extracting(Discrepancy::detail)
        .containsExactly(
            "holds a key that isn't ours: a, b, c and 1 more; a repair leaves it, remove it by"
                + " hand");
  }

  private static List<Discrepancy> gateway(Set<Long> used, long... epochs) {
    var held = LongStream.of(epochs).boxed().toList();
    var scan = Outcome.done(List.of(Report.yes("gateway/a", "", Map.of("epochs", held))));
    return LeftOver.of(Map.of("gateway.scan", scan), 4, used);
  }
}
