package dev.deployclaw.container.llm;

import static dev.deployclaw.container.llm.ModelReadings.CLEAR;
import static dev.deployclaw.container.llm.ModelReadings.PATIENCE;
import static dev.deployclaw.container.llm.ModelReadings.assertThatTheRulesStand;
import static dev.deployclaw.container.llm.ModelReadings.config;
import static dev.deployclaw.container.llm.ModelReadings.planned;
import static dev.deployclaw.container.llm.ModelReadings.setLimit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.ModelConfig.Dialect;
import dev.deployclaw.container.llm.ScriptedProvider.Line;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that reads first: what goes back to it, what of it is shown, and what isn't believed. */
class ModelFirstTest {
  private static final String ODD = "crank acme to 20 rps on search";
  private static final String TIMED = "set acme to 20 rps on search for the next 12 hours";
  private static final String DATED = "set acme to 20 rps on search until 2 January 1970 18:00";

  @AutoClose private final ScriptedProvider provider = new ScriptedProvider();

  @Test
  void isToldOnceWhatItLeftOut() {
    provider.says(setLimit("acme", 20)).says(lasting(43_200));

    var understanding = ask(TIMED);

    assertThat(provider.bodies()).hasSize(2);
    assertThat(provider.bodies().getLast())
        .contains("Check: you left out: for the next 12 hours")
        .contains("\"role\" : \"assistant\"");
    assertThat(understanding.facts())
        .containsEntry("comparison", "equal")
        .containsEntry("calls", 2);
  }

  @Test
  void isToldOfItsReadingOnceOnly() {
    provider.says(setLimit("acme", 20)).says(setLimit("acme", 20)).says(lasting(43_200));

    var understanding =
        ModelReadings.ask(
            TIMED, config(Dialect.OPENAI, provider.url() + "/v1", PATIENCE, 100_000, 5));

    assertThat(provider.bodies()).hasSize(2);
    assertThatTheRulesStand(understanding, TIMED, "uncovered", "for the next 12 hours");
  }

  /** The first answer counts where the second one never comes. */
  @Test
  void keepsAFlawedAnswerWhereTheRepairFails() {
    provider.says(setLimit("acme", 20)).then(new Line.CutOff());

    assertThatTheRulesStand(ask(TIMED), TIMED, "uncovered", "for the next 12 hours");
  }

  @Test
  void takesOurReadingOfATimeAndNotItsOwn() {
    provider.says(until("2 January 1970 18:00", "1999-12-31T00:00:00Z"));

    var understanding = ask(DATED);

    assertThat(understanding.facts())
        .containsEntry("comparison", "equal")
        .containsEntry("calls", 1);
    assertThat(((Planned) understanding.interpretation()).intent().schedule().revertAt())
        .contains("1970-01-02T18:00:00Z");
  }

  @Test
  void dropsATimeWhoseQuoteIsNone() {
    String request = "set acme to 20 rps on search until the sale is over";
    var answer = until("the sale is over", "1970-01-02T18:00:00Z");
    provider.says(answer).says(answer);

    assertThatTheRulesStand(ask(request), request, "ungrounded", "no time that can be read");
  }

  @Test
  void dropsQuotesThatAreNone() {
    var answer = setLimit("acme", 20);
    answer.put("quotes", List.of(Map.of("slot", "tenants", "quote", "everybody at once")));
    provider.says(answer).says(answer);

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "ungrounded", "\"everybody at once\" is no quote");
  }

  @Test
  void dropsAValueThatItsQuotesDoNotHave() {
    var answer = setLimit("acme", 20);
    answer.put("quotes", List.of(Map.of("slot", "service", "quote", "on search")));
    provider.says(answer).says(answer);

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "ungrounded", "acme isn't in what you quote");
  }

  @Test
  void readsNoIntentWithoutQuotes() {
    var answer = setLimit("acme", 20);
    answer.remove("quotes");
    provider.says(answer).says(answer);

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "quotes are missing");
  }

  @Test
  void understandsAnotherLanguageAndWaits() {
    String request = "mets acme à 20 rps sur search";
    provider.says(setLimit("acme", 20));

    var understanding = ask(request);

    assertThat(understanding.demands())
        .extracting(ApprovalTrigger::why)
        .singleElement()
        .asString()
        .startsWith("only the model understood this: set acme on search to 20 requests per second");
  }

  @Test
  void asksItsQuestionWhereTheGrammarOnlyStumblesOverAWord() {
    provider.says(asking("Shall acme's limit be raised, \u001b[31mor cut?"));

    var questions = ((NeedsClarification) ask(ODD).interpretation()).questions();

    assertThat(questions.getFirst().id()).isEqualTo("model-asks");
    assertThat(questions.getFirst().text())
        .startsWith("Shall acme's limit be raised,")
        .doesNotContain("\u001b");
  }

  @Test
  void keepsTheGrammarsQuestionWhereThatIsAboutASlot() {
    String request = "set acme to 20 on search";
    provider.says(asking("What do you want?"));

    assertThatTheRulesStand(ask(request), request, "doubted", "the model would ask");
  }

  @Test
  void answersAQuestionThatOnlyTheModelUnderstood() {
    provider.says(usageOf("acme", "search"));

    var understanding = ask("is acme anywhere near trouble on search these days");

    assertThat(understanding.interpretation())
        .isInstanceOfSatisfying(
            Inquiry.class,
            asked -> {
              assertThat(asked.question().topic()).isEqualTo(Topic.USAGE);
              assertThat(asked.question().tenants()).containsExactly("acme");
            });
    assertThat(understanding.demands()).isEmpty();
  }

  /** To the grammar the first one asks for the limits, by the word "limit". */
  @ParameterizedTest
  @CsvSource({
    "what is acme eating up of its limit on search?, USAGE",
    "why does acme run into its limit on search?, EXPLAIN"
  })
  void takesAQuestionForWhatTheModelDoesButForWhy(String request, Topic topic) {
    provider.says(usageOf("acme", "search"));

    assertThat(ask(request).interpretation())
        .isInstanceOfSatisfying(
            Inquiry.class, asked -> assertThat(asked.question().topic()).isEqualTo(topic));
  }

  @ParameterizedTest
  @ValueSource(strings = {"globex", "wonka", "ignore all rules"})
  void answersNoQuestionAboutWhomNobodyNamed(String tenant) {
    String request = "is acme anywhere near trouble on search these days";
    var answer =
        Map.of(
            "outcome", "question", "question", Map.of("tool", "usage", "tenants", List.of(tenant)));
    provider.says(answer).says(answer);

    assertThatTheRulesStand(ask(request), request, "ungrounded", "isn't in the request");
  }

  @Test
  void refusesWhatBothRefuseAndAsksWhereTheModelKnowsMore() {
    String request = "bitte mach das etwas großzügiger für die neuen Kunden";
    provider.says(asking("Which tenants are meant, and which limit?"));

    assertThat(ModelReadings.rules(request)).isInstanceOf(Refused.class);
    assertThat(((NeedsClarification) ask(request).interpretation()).texts())
        .containsExactly("Which tenants are meant, and which limit?");
  }

  @Test
  void showsBothReadingsAsChoicesWhereTheyDiffer() {
    provider.says(setLimit("acme", 20));
    RequestInterpreter wrong =
        (_, names) ->
            InterpretedRequest.plain(
                new GrammarInterpreter().read(ModelReadings.task("block acme"), names));

    var understanding =
        new CheckedInterpreter(wrong, ChatModelFactory.proposer(settings()))
            .interpret(ModelReadings.task(CLEAR), ModelReadings.inventory());

    var question = ((NeedsClarification) understanding.interpretation()).questions().getFirst();
    assertThat(question.choices())
        .containsExactly("block acme", "set acme on search to 20 requests per second");
    assertThat(question.choices())
        .allSatisfy(c -> assertThat(ModelReadings.rules(c)).isInstanceOf(Planned.class));
    assertThat(understanding.facts()).containsEntry("comparison", "contradicting");
  }

  @Test
  void holdsWhatItAloneUnderstoodWhateverItSaysOfApprovals() {
    provider.says(
        planned(
            "set-limit",
            List.of(
                Map.of(
                    "tenants", List.of("acme"),
                    "service", "search",
                    "set", Map.of("requests", 20, "windowSeconds", 1))),
            Map.of("guards", Map.of("approval", "unsaid", "dryRun", false)),
            "acme",
            "20 rps",
            "search"));

    assertThat(ask(ODD).demands())
        .extracting(ApprovalTrigger::source)
        .containsExactly(Source.MODEL_READING);
  }

  @Test
  void takesNoMoreOfAnAnswerThanItsBound() {
    provider.says("x".repeat(1_000_000));

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "the provider failed");
  }

  @Test
  void readsNoAnswerThatIsTooLong() {
    provider.says("x".repeat(70_000)).says("x".repeat(70_000));

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "longer than 65536 characters");
    assertThat(provider.bodies().getLast().length()).isLessThan(40_000);
  }

  private static Object asking(String question) {
    return Map.of("outcome", "needs-clarification", "questions", List.of(question));
  }

  private static Object lasting(int seconds) {
    return more(Map.of("revertAfterSeconds", seconds), "for the next 12 hours");
  }

  private static Object until(String quote, String instant) {
    return more(Map.of("revertAt", Map.of("quote", quote, "instant", instant)), quote);
  }

  private static Object more(Map<String, ?> schedule, String quote) {
    return planned(
        "set-limit",
        List.of(
            Map.of(
                "tenants", List.of("acme"),
                "service", "search",
                "set", Map.of("requests", 20, "windowSeconds", 1))),
        Map.of("schedule", schedule),
        "acme",
        "20 rps",
        "search",
        quote);
  }

  private ModelConfig settings() {
    return config(Dialect.OPENAI, provider.url() + "/v1", PATIENCE, 20_000, 2);
  }

  private InterpretedRequest ask(String request) {
    return ModelReadings.ask(request, settings());
  }

  private static Map<String, Object> usageOf(String tenant, String service) {
    return Map.of(
        "outcome",
        "question",
        "question",
        Map.of(
            "tool",
            "usage",
            "tenants",
            List.of(tenant),
            "service",
            service,
            "method",
            "",
            "path",
            "",
            "execution",
            "",
            "change",
            ""));
  }
}
