package dev.deployclaw.container.llm;

import static dev.deployclaw.container.llm.ModelReadings.CLEAR;
import static dev.deployclaw.container.llm.ModelReadings.KEY;
import static dev.deployclaw.container.llm.ModelReadings.PATIENCE;
import static dev.deployclaw.container.llm.ModelReadings.assertThatTheRulesStand;
import static dev.deployclaw.container.llm.ModelReadings.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ModelConfig.Dialect;
import dev.deployclaw.container.llm.ScriptedProvider.Line;
import dev.deployclaw.core.language.InterpretedRequest;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is down, slow, cut off or talks nonsense stops nobody. */
class ModelSilenceTest {
  @AutoClose private final ScriptedProvider provider = new ScriptedProvider();

  @Test
  void endsAskingAtItsBound() {
    for (int i = 0; i < 10; i++) {
      provider.says("{\"outcome\":");
    }

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "after 2 attempts");
    assertThat(provider.bodies()).hasSize(2);
  }

  @Test
  void endsAskingWhereTheTokensAreUsed() {
    var paid = ScriptedProvider.completion("nonsense", "stop").replace("100", "4000");
    provider.then(new Line.Answer(200, paid)).then(new Line.Answer(200, paid));
    var config = config(Dialect.OPENAI, provider.url(), PATIENCE, 5_000, 5);

    assertThatTheRulesStand(ModelReadings.ask(CLEAR, config), CLEAR, "silent", "after 1 attempts");
    assertThat(provider.bodies()).hasSize(1);
  }

  @Test
  void asksNothingWhereThePromptAloneIsMoreThanTheBudget() {
    var config = config(Dialect.OPENAI, provider.url(), PATIENCE, 1_000, 2);

    assertThatTheRulesStand(ModelReadings.ask(CLEAR, config), CLEAR, "silent", "too small");
    assertThat(provider.bodies()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 429, 500, 503})
  void staysWithTheRulesWhereTheProviderFails(int status) {
    provider.then(new Line.Answer(status, "{\"error\":{\"message\":\"" + KEY + "\"}}"));

    var understanding = ask(CLEAR);

    assertThatTheRulesStand(understanding, CLEAR, "silent", "the provider");
    assertThat(understanding.toString()).doesNotContain(KEY);
    assertThat(provider.bodies()).hasSize(1);
  }

  @Test
  void staysWithTheRulesWhereNothingComes() {
    provider.then(new Line.Silence());
    var config = config(Dialect.OPENAI, provider.url(), Duration.ofMillis(300), 20_000, 2);

    assertThatTheRulesStand(ModelReadings.ask(CLEAR, config), CLEAR, "silent", "");
  }

  @Test
  void staysWithTheRulesWhereTheAnswerBreaksOff() {
    provider.then(new Line.CutOff());

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "the provider failed");
  }

  @Test
  void staysWithTheRulesWhereTheAnswerIsTooLong() {
    var cut = ScriptedProvider.completion("{\"outcome\":\"planned\"", "length");
    provider.then(new Line.Answer(200, cut)).then(new Line.Answer(200, cut));

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "cut off");
  }

  @Test
  void staysWithTheRulesWhereNobodyListens() {
    provider.close();

    assertThatTheRulesStand(ask(CLEAR), CLEAR, "silent", "the provider failed");
  }

  private InterpretedRequest ask(String request) {
    return ModelReadings.ask(request, provider);
  }
}
