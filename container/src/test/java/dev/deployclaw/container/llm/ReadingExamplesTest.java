package dev.deployclaw.container.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the prompt teaches is what the checks let through. */
class ReadingExamplesTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final Pattern EXAMPLE = Pattern.compile("Request: (.+)\nAnswer: (.+)");
  private static final NameInventory NAMES =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  Map.of("fabrica", Map.of(), "lumen", Map.of(), "northstar", Map.of()),
                  "services",
                  List.of("orders", "payments")))
          .inventory();
  private static final RequestInterpreter DEAF =
      (_, _) ->
          InterpretedRequest.plain(
              new NeedsClarification(List.of(ClarificationQuestion.plain("What is meant?"))));

  record Example(String request, String answer) {}

  static Stream<Example> examples() {
    return EXAMPLE
        .matcher(IntentPrompt.system())
        .results()
        .map(m -> new Example(m.group(1), m.group(2)));
  }

  @Test
  void areEight() {
    assertThat(examples()).hasSize(8);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void passTheChecks(Example example) {
    var answer = answer(example.answer());
    var cost = new Cost("example", 1, 0, 0, List.of());
    var problems = new java.util.ArrayList<String>();
    var understanding =
        new CheckedInterpreter(
                DEAF,
                (_, fault) -> {
                  fault.apply(answer).ifPresent(problems::add);
                  return new IntentProposal(answer, cost);
                })
            .interpret(new TaskRequest(example.request(), "somebody", NOW), NAMES);

    assertThat(problems).isEmpty();
    switch (answer) {
      case Answer.Intended _ ->
          assertThat(understanding.interpretation())
              .isInstanceOfSatisfying(
                  Planned.class,
                  plan -> assertThat(times(plan.intent())).isEqualTo(instants(example)));
      case Answer.Queried _ ->
          assertThat(understanding.interpretation()).isInstanceOf(Inquiry.class);
      case Answer.Asked(List<String> questions) ->
          assertThat(((NeedsClarification) understanding.interpretation()).texts().getFirst())
              .isEqualTo(questions.getFirst());
      case Answer.Declined _, Answer.Silent _ -> throw new AssertionError(answer);
    }
  }

  private static List<String> times(Intent intent) {
    var schedule = intent.schedule();
    return Stream.concat(schedule.startAt().stream(), schedule.revertAt().stream()).toList();
  }

  private static List<String> instants(Example example) {
    return Pattern.compile("\"instant\":\"([^\"]+)\"")
        .matcher(example.answer())
        .results()
        .map(m -> m.group(1))
        .toList();
  }

  private static Answer answer(String json) {
    var response = ChatResponse.builder().aiMessage(AiMessage.from(json)).build();
    return ModelAnswerParser.of(response).answer().orElseThrow();
  }
}
