package dev.deployclaw.container.llm;

import static dev.deployclaw.container.llm.ModelReadings.planned;
import static dev.deployclaw.container.llm.ModelReadings.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model's reading that isn't all of the request, or says it in our words, is suggested. */
class ModelSuggestionTest {
  private static final String SET = "set acme on search to 20 requests per second";

  @AutoClose private final ScriptedProvider provider = new ScriptedProvider();

  @Test
  void suggestsAReadingWithWhatItLeavesOut() {
    provider.says(limit(Map.of()));

    var question = asked("Crank acme to 20 rps on search. We look again once the index is done.");

    assertThat(question.suggestion()).contains(SET);
    assertThat(question.text()).startsWith("May I leave out ").contains("once");
  }

  @Test
  void suggestsWhatAWordThatIsNotKnownMeans() {
    provider.says(
        planned(
            "set-mode",
            List.of(
                Map.of(
                    "tenants", List.of("acme"),
                    "service", "search",
                    "set", Map.of("mode", "enforce"))),
            Map.of(),
            "acme's search limit should bite for real"));

    var question = asked("acme's search limit should bite for real");

    assertThat(question.suggestion()).contains("set acme on search to enforce mode");
    assertThat(question.text()).contains("\"mode enforce\" meant?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "crank acme to 20 rps on search, as their contract says 99.9 %|as their contract says 99.9 %",
        "crank acme to 20 rps on search while we let globex have 100|while we let globex have 100",
        "Crank acme to 20 rps on search. Globex stays as it was|Globex stays as it was",
      })
  void suggestsAReadingWithTheClausesThatItLeavesOut(String request, String clause) {
    provider.says(limit(Map.of()));

    var question = asked(request);

    assertThat(question.suggestion()).contains(SET);
    assertThat(question.text()).contains("\"" + clause + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crank acme to 20 rps on search, slim-fast until Friday 18:00",
        "crank acme to 20 rps on search, tomorrow 09:00 sharpish",
        "crank acme to 20 rps on search, as a dry run, sharpish",
        "crank acme to 20 rps on search, with a canary of 10 % sharpish",
        "don't crank acme to 20 rps on search",
        "crank acme to 20 rps on search. Sorry, 30 rps I meant",
        "crank acme to 20 rps on search, per user sharpish",
      })
  void suggestsNothingThatTurnsOrEndsAnOrder(String request) {
    provider.says(limit(Map.of()));

    assertThat(asked(request).suggestion()).isNotEqualTo(Optional.of(SET));
  }

  @Test
  void suggestsATimeThatOnlyTheModelReads() {
    provider.says(limit(Map.of("schedule", from("2026-12-03T12:00:00Z"))));

    var question = asked("crank acme to 20 rps on search from the twelfth bell of Thursday on");

    assertThat(question.suggestion()).contains(SET + " from 2026-12-03T12:00:00Z");
    assertThat(question.text())
        .contains("Is \"the twelfth bell of Thursday\" 2026-12-03T12:00:00Z?");
  }

  @Test
  void suggestsNoTimeThatIsOver() {
    provider.says(limit(Map.of("schedule", from("2026-01-03T12:00:00Z"))));

    var question = asked("crank acme to 20 rps on search from the twelfth bell of Thursday on");

    assertThat(question.suggestion()).isEmpty();
  }

  private static Map<String, ?> from(String instant) {
    return Map.of(
        "startAt", Map.of("quote", "the twelfth bell of Thursday", "instant", instant));
  }

  @Test
  void suggestsNothingThatIsInvented() {
    provider.says(limit(Map.of("guards", Map.of("approval", "auto"))));

    var understood = ask("crank acme to 20 rps on search and globex to 30 rps");

    assertThat(understood.facts()).containsEntry("comparison", "ungrounded");
    assertThat(understood.interpretation())
        .isEqualTo(rules("crank acme to 20 rps on search and globex to 30 rps"));
  }

  @Test
  void refusesWhatTheRulesHaveNoPlanFor() {
    provider.says(Map.of("outcome", "refused", "reason", "that isn't about limits"));

    assertThat(ask("crank acme up a good deal on search").interpretation())
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).contains("that isn't about limits"));
  }

  private static Map<String, Object> limit(Map<String, ?> more) {
    var change =
        Map.of(
            "tenants", List.of("acme"),
            "service", "search",
            "set", Map.of("requests", 20, "windowSeconds", 1));
    return planned("set-limit", List.of(change), more, "acme", "20 rps", "search");
  }

  private ClarificationQuestion asked(String request) {
    return ((NeedsClarification) ask(request).interpretation()).questions().getFirst();
  }

  private InterpretedRequest ask(String request) {
    return ModelReadings.ask(request, provider);
  }
}
