package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What looks like an order and is none: neither the grammar nor a wrong model's reading is planned.
 */
class UnorderedRequestsTest {
  /** Before the kind of a line whose wrong readings pass the check. */
  private static final String HELD = "held ";

  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  private static final NameInventory ESTATE =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  new TreeMap<>(
                      Map.of(
                          "acme", Map.of(),
                          "globex", Map.of(),
                          "initech", Map.of(),
                          "umbrella", Map.of(),
                          "stark", Map.of(),
                          "wonka", Map.of())),
                  "services",
                  List.of("search", "checkout", "orders", "export", "login")))
          .inventory();

  private static final Map<String, Interpretation> READ = new HashMap<>();

  /** As if the grammar understood nothing but what it refuses: the model alone does. */
  private static final RequestInterpreter DEAF =
      (request, _) ->
          InterpretedRequest.plain(
              read(request.text()) instanceof Refused refused
                  ? refused
                  : NeedsClarification.of(List.of("What is meant?")));

  private static Stream<List<String>> lines() throws IOException {
    try (var in = UnorderedRequestsTest.class.getResourceAsStream("unordered-2026-11-30.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split(" \\| ", -1)))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("lines")
  void areNoPlanOfTheGrammar(List<String> line) {
    assertThat(read(line.get(1))).as(line.get(2)).isNotInstanceOf(Planned.class);
  }

  @ParameterizedTest
  @MethodSource("lines")
  void areNoPlanOfModelThatIsWrong(List<String> line) {
    for (String wrong : line.getLast().split(" \\|\\| ", -1)) {
      assertThat(read(wrong)).as(wrong).isInstanceOf(Planned.class);
      if (read(wrong) instanceof Planned(Intent reading)) {
        for (var answer : answers(request(line.get(1)), reading)) {
          IntentProposer model =
              (_, _) -> new IntentProposal(answer, new Cost("wrong", 2, 0, 0, List.of()));
          var read = new CheckedInterpreter(DEAF, model).interpret(request(line.get(1)), ESTATE);
          assertThat(read.interpretation() instanceof Planned && read.demands().isEmpty())
              .as("%s: %s, by %s, needs no approval", line.get(2), wrong, answer.quotes())
              .isFalse();
          if (!line.getFirst().startsWith(HELD)) {
            assertThat(read.interpretation())
                .as("%s: %s, by %s", line.get(2), wrong, answer.quotes())
                .isNotInstanceOf(Planned.class);
          }
        }
      }
    }
  }

  /** It quotes all; or what its values need, and has a use for nothing else, or says so. */
  private static List<Answer.Intended> answers(TaskRequest request, Intent reading) {
    var said = new LinkedHashMap<String, Object>(IntentJson.of(reading));
    String text = request.text();
    var judged = Corpus.judge(request, ESTATE, reading);
    var sources =
        judged.intent().grounding().stream().map(g -> text.substring(g.from(), g.to())).toList();
    return List.of(
        new Answer.Intended(said, List.of(text), List.of()),
        new Answer.Intended(said, sources, List.of()),
        new Answer.Intended(said, sources, List.of(text)));
  }

  /** Each text is read once, however many readings of it are judged. */
  private static Interpretation read(String text) {
    return READ.computeIfAbsent(text, t -> new GrammarInterpreter().read(request(t), ESTATE));
  }

  private static TaskRequest request(String text) {
    return new TaskRequest(text, "somebody", NOW);
  }
}
