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
    assertThat(question.text()).contains("Do you mean \"mode enforce\"?");
  }

  @Test
  void suggestsAReadingWithTheClausesThatItLeavesOut() {
    provider.says(limit(Map.of()));

    var question = asked("crank acme to 20 rps on search while we let globex have 100");

    assertThat(question.suggestion()).contains(SET);
    assertThat(question.text()).contains("\"while we let globex have 100\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crank acme to 20 rps on search, slim-fast until Friday 18:00",
        "crank acme to 20 rps on search from tomorrow 09:00 on",
        "crank acme to 20 rps on search, as a dry run, sharpish",
        "crank acme to 20 rps on search, with a canary of 10 % sharpish",
        "don't crank acme to 20 rps on search",
        "crank acme to 20 rps on search. Sorry, 30 rps I meant",
        "crank acme to 20 rps on search, per user sharpish",
        "crank acme to 20 rps on search. This ends on Friday 18:00, folks",
        "crank acme to 20 rps on search. Take it back tomorrow at noon, folks",
        "crank acme to 20 rps on search. Hm, maybe not, folks",
        "we agreed not to crank acme to 20 rps on search",
        "did you crank acme to 20 rps on search?",
      })
  void suggestsNothingThatTurnsOrEndsAnOrder(String request) {
    provider.says(limit(Map.of()));

    assertThat(asked(request).suggestion()).isNotEqualTo(Optional.of(SET));
  }

  @Test
  void suggestsAReadingBesideADayThatIsGuessed() {
    provider.says(limit(Map.of()));

    var question =
        asked(
            "crank acme to 20 rps on search. We'll tell you when the key is there, probably Tuesday.");

    assertThat(question.suggestion()).contains(SET);
    assertThat(question.text()).startsWith("May I leave out ").contains("probably Tuesday");
  }

  @Test
  void asksWhetherWhatSomebodyWantsShallBeDone() {
    provider.says(limit(Map.of()));

    var question = asked("Bob asks us to crank acme to 20 rps on search");

    assertThat(question.suggestion()).contains(SET);
    assertThat(question.text()).endsWith("\": should I do that?");
  }

  @Test
  void suggestsATimeThatOnlyTheModelReads() {
    provider.says(limit(Map.of("schedule", from("1970-01-08T12:00:00Z"))));

    var question = asked("crank acme to 20 rps on search from the twelfth bell of Thursday on");

    assertThat(question.suggestion()).contains(SET + " from 1970-01-08T12:00:00Z");
    assertThat(question.text())
        .contains("Is \"the twelfth bell of Thursday\" 1970-01-08T12:00:00Z?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"don't", "if", "but globex", "a dry run", "until the twelfth bell"})
  void suggestsNothingWhereATimeIsAnythingElse(String quote) {
    var start = Map.of("quote", quote, "instant", "1970-01-08T12:00:00Z");
    provider.says(limit(Map.of("schedule", Map.of("startAt", start))));

    var question =
        asked(
            "don't crank acme to 20 rps on search, if at all, but globex, a dry run until the twelfth bell");

    assertThat(question.suggestion()).isEmpty();
  }

  @Test
  void suggestsNoOtherOperationThanTheValuesAsk() {
    provider.says(
        planned("block", List.of(Map.of("tenants", List.of("acme"))), Map.of(), "acme", "block"));

    var question = asked("kindly put 20 rps on search for acme in place of a block");

    assertThat(question.suggestion()).isEmpty();
  }

  @Test
  void suggestsNoTimeThatIsOver() {
    provider.says(limit(Map.of("schedule", from("1969-12-31T12:00:00Z"))));

    var question = asked("crank acme to 20 rps on search from the twelfth bell of Thursday on");

    assertThat(question.suggestion()).isEmpty();
  }

  private static Map<String, ?> from(String instant) {
    return Map.of("startAt", Map.of("quote", "the twelfth bell of Thursday", "instant", instant));
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
