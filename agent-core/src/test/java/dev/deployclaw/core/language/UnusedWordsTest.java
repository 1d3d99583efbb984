package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.coverage.ReadingJudge.Judgement;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reading leaves out of a request is named, and is no plan where it binds. */
class UnusedWordsTest {
  private static final String USED = "crank acme to 20 rps on search";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        " from 1 December 09:00 | from 1 December 09:00",
        ", starting tomorrow at 9am | starting tomorrow at 9am",
        " until Friday 18:00 | until Friday 18:00",
        " for two hours | for two hours",
        " unless globex complains | unless",
        " if p99 stays below 15 ms | p99 stays below 15 ms",
        ", but not on weekends | not on weekends",
        " except for batch jobs | except",
        ", pending confirmation | pending confirmation",
        ", tentatively | tentatively",
        " per user | per user",
      })
  void namesTimesGuardsExceptionsAndConditions(String more, String phrase) {
    var judged = judged(USED + " " + more);

    assertThat(judged.passes()).isFalse();
    assertThat(judged.leftOut()).anySatisfy(left -> assertThat(left).contains(phrase));
  }

  @Test
  void wordsThatCarryNothingAreLeftOut() {
    var judged = judged("please set the limit of acme to 20 rps on search now, thanks");

    assertThat(judged.passes()).isTrue();
    assertThat(judged.unused()).isEmpty();
  }

  @Test
  void aWordThatIsNotKnownIsShown() {
    assertThat(judged(USED).unused()).containsExactly("crank");
  }

  @Test
  void aLongStoryIsNamedWithinABound() {
    String story =
        IntStream.range(0, 100).mapToObj(i -> "word" + i).collect(Collectors.joining(". "));

    var unused = judged(USED + ", " + story).unused();

    assertThat(unused).hasSize(13);
    assertThat(unused.getLast()).matches("… and \\d+ phrases more");
  }

  /** As if a model had read the tenant, the service and the rate. */
  private static Judgement judged(String text) {
    var set = Map.of("requests", 20, "windowSeconds", 1);
    var change = Map.of("tenants", List.of("acme"), "service", "search", "set", set);
    var intent =
        IntentJsonReader.read(Map.of("operation", "set-limit", "changes", List.of(change)));
    var request = new TaskRequest(text, "somebody", Instant.parse("2026-11-29T12:00:00Z"));
    return Corpus.judge(request, Corpus.INVENTORY, intent);
  }
}
