package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a model leaves out beside an order stops it only where that could change what is done. */
class BesideOrdersTest {
  /** As if the grammar understood nothing: the model alone does. */
  private static final RequestInterpreter DEAF =
      (_, _) -> InterpretedRequest.plain(NeedsClarification.of(List.of("What is meant?")));

  private static Stream<String> lines() throws IOException {
    try (var in = BesideOrdersTest.class.getResourceAsStream("beside-orders.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("lines")
  void stopsWhatBindsAndShowsTheRest(String line) {
    var parts = line.split(" \\| ", -1);
    var read = read(parts[1], List.of(parts[2].split("; ", -1)));

    assertThat(read.interpretation() instanceof Planned)
        .as(read.note())
        .isEqualTo(parts[0].equals("passes"));
  }

  private static InterpretedRequest read(String text, List<String> quotes) {
    var set = Map.of("requests", 30, "windowSeconds", 1);
    var change = Map.of("tenants", List.of("acme"), "service", "search", "set", set);
    Map<String, Object> said = Map.of("operation", "set-limit", "changes", List.of(change));
    var answer = new Answer.Intended(said, quotes, List.of());
    IntentProposer model =
        (_, _) -> new IntentProposal(answer, new Cost("scripted", 1, 0, 0, List.of()));
    var request = new TaskRequest(text, "somebody", Instant.parse("2026-11-29T12:00:00Z"));
    return new CheckedInterpreter(DEAF, model).interpret(request, Corpus.INVENTORY);
  }
}
