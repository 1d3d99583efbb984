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

  @Test
  void suggestsNoReadingWithoutAValueOfTheRequest() {
    provider.says(limit(Map.of()));

    var question = asked("crank acme to 20 rps on search, slim-fast until Friday 18:00");

    assertThat(question.suggestion()).isNotEqualTo(Optional.of(SET));
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
