package dev.deployclaw.container.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers of a model, recorded beside this class as {@code SET.json}: with them the whole path
 * plans nothing that isn't asked for, and understands no less than the grammar alone.
 */
class RecordedModelTest {
  private static final String SETS = "/dev/deployclaw/core/language/";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource("blind-2026-12-02-ae, 57")
  void plansNothingUnaskedAndUnderstandsNoLessThanTheGrammar(String set, int exact)
      throws IOException {
    assertThat(assertNoWorseThanTheGrammar(set)).isGreaterThanOrEqualTo(exact);
  }

  @Slow(
      guard = "dev.deployclaw.container.llm.RecordedModelTest",
      because = "it reads some nine hundred requests twice")
  @ParameterizedTest
  @CsvSource({
    "blind-2026-11-29-h, 0",
    "blind-2026-11-29-i, 0",
    "blind-2026-11-29-j, 0",
    "blind-2026-11-30-k, 0",
    "blind-2026-11-30-l, 0",
    "blind-2026-11-30-m, 0",
    "blind-2026-11-30-n, 0",
    "blind-2026-11-30-o, 0",
    "blind-2026-11-30-p, 0",
    "blind-2026-11-30-q, 31",
    "blind-2026-11-30-r, 54",
    "blind-2026-12-01-s, 48",
    "blind-2026-12-01-t, 57",
    "blind-2026-12-01-u, 54",
    "blind-2026-12-01-v, 56",
    "blind-2026-12-01-w, 55",
    "blind-2026-12-01-x, 57",
    "blind-2026-12-01-y, 53",
    "blind-2026-12-01-z, 50",
    "blind-2026-12-02-aa, 57",
    "blind-2026-12-02-ab, 54",
    "blind-2026-12-02-ac, 59",
    "blind-2026-12-02-ad, 56",
    "blind-2026-12-03-aj, 57",
    "blind-2026-12-03-ak, 56"
  })
  void neitherDoesItWithEarlierSets(String set, int exact) throws IOException {
    assertThat(assertNoWorseThanTheGrammar(set)).isGreaterThanOrEqualTo(exact);
  }

  private int assertNoWorseThanTheGrammar(String set) throws IOException {
    var screen = new CommandLineFixture(folder);
    screen.write("cassette.json", text(set + ".json"));
    screen.write("requests.txt", text(SETS + set + ".txt"));
    screen.write(
        "estate.yaml",
        """
        tenants: {northwind: {tier: premium}, contoso: {tier: premium}, fabrikam: {region: eu}}
        services: [orders, payments, reports]
        """);

    var recorded = report(screen, "--replay", "cassette.json");
    var grammar = report(screen, "--rules");

    System.out.println(recorded.toPrettyString());
    assertThat(recorded.get("answered_by").asText()).isNotBlank();
    assertThat(recorded.at("/all/unasked").asInt()).isZero();
    assertThat(recorded.at("/all/exact").asInt())
        .isGreaterThanOrEqualTo(grammar.at("/all/exact").asInt());
    return recorded.at("/all/exact").asInt();
  }

  private static JsonNode report(CommandLineFixture screen, String... reader) {
    int exit =
        screen.run(
            "evaluate",
            "requests.txt",
            "--inventory",
            "estate.yaml",
            "--now",
            "2026-11-29T12:00:00Z",
            "--json",
            String.join("=", reader));
    assertThat(exit).as(screen.err()).isZero();
    return screen.json();
  }

  private static String text(String resource) throws IOException {
    try (var in = RecordedModelTest.class.getResourceAsStream(resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
