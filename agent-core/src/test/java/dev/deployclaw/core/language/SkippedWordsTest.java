package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request with words that no slot has a use for is asked about with what the rest means. */
class SkippedWordsTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "crank acme to 20 rps on search, mates | \"crank\", \"mates\" | set acme on search to 20 requests per second",
        "Starting on Monday 7 December at 06:00 UTC, and then for good, acme is on 220 calls per"
            + " minute for search. | '' | set acme on search to 220 requests per minute from"
            + " 2026-12-07T06:00:00Z",
        "For Cyber Week please set acme to 20 rps on search from tomorrow 09:00 UTC until Friday"
            + " 4 December 18:00 UTC. | Cyber Week | set acme on search to 20 requests per second"
            + " from 2026-11-30T09:00:00Z until 2026-12-04T18:00:00Z",
      })
  void theRestIsSuggested(String request, String left, String suggestion) {
    var question = asked(request).questions().getFirst();

    assertThat(question.suggestion()).contains(suggestion);
    assertThat(question.text()).contains(left).matches("(?:May I leave out|Is that all) .*\\?");
    assertThat(read(suggestion)).isInstanceOf(Planned.class);
  }

  /** What would be left out turns the order around, bounds it, or is a value of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Don't double acme on search, grudgingly",
        "never crank acme to 20 rps on search",
        "crank acme to 20 rps on search unless it wobbles",
        "crank acme to 20 rps on search, only if Ops nods",
        "I wonder whether acme should get 20 rps on search",
        "crank acme to 20 rps on search. The 20 was a slip, 30 is right.",
        "acme wobbles: 20 rps on search. Or 30 on feeds.",
        "crank acme to 20 rps on search. Except globex, blimey.",
        "acme wobbles: 20 rps on search. It ends when the sale does, Friday 18:00 or so.",
        "somebody said crank acme to 20 rps on search without asking",
      })
  void nothingIsSuggestedWithoutWhatBinds(String request) {
    var read = read(request);

    assertThat(read).isNotInstanceOf(Planned.class);
    assertThat(suggestion(read)).isEmpty();
  }

  private static Optional<String> suggestion(Interpretation read) {
    return read instanceof NeedsClarification(var questions)
        ? questions.stream().flatMap(q -> q.suggestion().stream()).findFirst()
        : Optional.empty();
  }

  private static NeedsClarification asked(String request) {
    return (NeedsClarification) read(request);
  }

  private static Interpretation read(String text) {
    return new GrammarInterpreter().read(new TaskRequest(text, "somebody", NOW), Corpus.INVENTORY);
  }
}
