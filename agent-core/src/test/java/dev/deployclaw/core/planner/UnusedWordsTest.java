package dev.deployclaw.core.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever of a request an intent leaves out is told to who confirms it. */
class UnusedWordsTest {
  private static final String USED = "crank acme to 20 rps on search";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        " from 1 December | from 1 December",
        ", starting tomorrow at 9 | starting tomorrow at 9",
        " until Friday | until Friday",
        " for two hours | for two hours",
        " unless globex complains | unless globex complains",
        " if p99 stays below 15 ms | if p99 stays below 15 ms",
        ", but not on weekends | but not on weekends",
        " except for batch jobs | except for batch jobs",
        ", pending confirmation | pending confirmation",
        ", tentatively | tentatively",
        ", don't touch the others | don't touch the others",
        " within the window | within the window",
        " daily | daily",
      })
  void namesTimesGuardsExceptionsAndConditions(String more, String phrase) {
    assertThat(unused(USED + " " + more)).contains(phrase);
  }

  @Test
  void wordsThatCarryNothingAreLeftOut() {
    assertThat(unused("please set the limit of acme to 20 rps on search now, thanks")).isEmpty();
  }

  @Test
  void aLongStoryIsNamedWholeAndWithinABound() {
    String story =
        IntStream.range(0, 200).mapToObj(i -> "word" + i).reduce("", (a, b) -> a + " " + b);

    var unused = unused(USED + ", " + story.strip());

    assertThat(unused).hasSize(UnusedWords.MOST_PHRASES + 1);
    assertThat(unused.get(1)).startsWith("word0 ").hasSizeLessThan(120);
    assertThat(unused.getLast()).matches("… and \\d+ phrases more");
  }

  /** As if the intent used the tenant, the service and the numbers. */
  private static List<String> unused(String text) {
    var tenants = new TreeMap<>(Map.of("acme", new TreeMap<String, String>()));
    tenants.put("globex", new TreeMap<>());
    var inventory =
        new Inventory(new TreeMap<>(tenants), new TreeSet<>(List.of("search")), PolicySet.EMPTY);
    var used =
        Stream.of("acme", "20", "rps", "search")
            .filter(text::contains)
            .map(w -> new Grounding(w, text.indexOf(w), text.indexOf(w) + w.length(), "word"))
            .toList();
    return UnusedWords.of(text, inventory, used);
  }
}
