package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
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

  /** Where a line has another reading than the usual one. */
  private static final int READING = 3;

  private static final Map<String, Object> USUAL =
      said(
          """
          {"operation": "set-limit", "changes": [{"tenants": ["acme"], "service": "search",
            "set": {"requests": 30, "windowSeconds": 1}}]}
          """);

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
    boolean passes = parts[0].equals("passes");
    var given = List.of(parts[2].split("; ", -1));
    var ways = passes ? List.of(given) : List.of(given, List.of(parts[1]), List.<String>of());
    for (var quotes : ways) {
      var read = read(parts[1], quotes, parts.length > READING ? said(parts[READING]) : USUAL);

      assertThat(read.interpretation() instanceof Planned)
          .as(quotes + ": " + read.note())
          .isEqualTo(passes);
    }
  }

  private static Map<String, Object> said(String reading) {
    return new JsonMapper().convertValue(Corpus.parse(reading), new TypeReference<>() {});
  }

  private static InterpretedRequest read(
      String text, List<String> quotes, Map<String, Object> said) {
    var answer = new Answer.Intended(said, quotes, List.of());
    IntentProposer model =
        (_, _) -> new IntentProposal(answer, new Cost("scripted", 1, 0, 0, List.of()));
    var request = new TaskRequest(text, "somebody", Instant.parse("2026-11-29T12:00:00Z"));
    return new CheckedInterpreter(DEAF, model).interpret(request, Corpus.INVENTORY);
  }
}
