package dev.deployclaw.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrphanedStateTest {
  @Test
  void namesAnEpochThatBelongsToNoChange() {
    assertThat(gateway(Set.of(), 0, 3, 4, 7))
        .extracting(Discrepancy::text)
        .containsExactly(
            "gateway/a extra: holds an epoch without a change in epochs/7; a repair "
                + "doesn't touch it: remove it by hand");
  }

  @Test
  void takesOlderEpochsAndThoseOfAnOpenChangeAndACandidateForWhatTheyAre() {
    assertThat(gateway(Set.of(), 0, 2, 3, 4)).isEmpty();
    assertThat(gateway(Set.of(5L, 6L), 4, 5, 6)).isEmpty();
  }

  @Test
  void namesTheFirstOfManyKeysThatAreNotOurs() {
    var scan =
        CallOutcome.done(
            List.of(
                MemberReport.yes(
                    "configuration/a", "", Map.of("foreign", List.of("a", "b", "c", "d")))));

    assertThat(OrphanedState.of(Map.of("configuration.scan", scan), 4, Set.of()))
        .extracting(Discrepancy::text)
        .containsExactly(
            "configuration/a extra: holds a key that the agent didn't write: a, b, c and 1 more; a "
                + "repair doesn't touch it: remove it by hand");
  }

  @Test
  void namesRulesOfNoChangeAndFieldsOfNoEpochAtANode() {
    assertThat(node(Set.of(5L), "4", "5", "7", ""))
        .extracting(Discrepancy::text)
        .containsExactly(
            "redis/a extra: holds an epoch without a change in fields 7:* of keys "
                + "dc:{*}:policy:*; a repair doesn't touch it: remove it by hand",
            "redis/a extra: holds fields without an epoch in keys dc:{*}:policy:*; a "
                + "repair doesn't touch it: remove it by hand");
    assertThat(node(Set.of(5L, 7L), "3", "4", "5", "7")).isEmpty();
  }

  private static List<Discrepancy> node(Set<Long> used, String... epochs) {
    var staged = Stream.of(epochs).collect(Collectors.toMap(e -> e, _ -> Map.of("tenants", 1L)));
    var scan = CallOutcome.done(List.of(MemberReport.yes("redis/a", "", Map.of("staged", staged))));
    return OrphanedState.of(Map.of("redis.scan", scan), 4, used);
  }

  private static List<Discrepancy> gateway(Set<Long> used, long... epochs) {
    var kept =
        LongStream.of(epochs)
            .boxed()
            .collect(Collectors.toMap(String::valueOf, (Long e) -> "epochs/" + e));
    var scan = CallOutcome.done(List.of(MemberReport.yes("gateway/a", "", Map.of("kept", kept))));
    return OrphanedState.of(Map.of("gateway.scan", scan), 4, used);
  }
}
