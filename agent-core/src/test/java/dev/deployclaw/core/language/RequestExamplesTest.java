package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.language.evaluation.RequestCase;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The examples that users read, and the page that shows them: {@code ./test RequestExamplesTest
 * -Ddocuments.write=true} writes it again from the examples.
 */
class RequestExamplesTest {
  private static final Path PAGE = Path.of("../docs/concepts/requests.md");
  private static final String HEAD = "request | outcome\n---|---\n";
  private static final boolean WRITE = Boolean.getBoolean("documents.write");

  static List<RequestCase> examples() {
    return ReadingDeterminismTest.cases("examples.txt");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void areUnderstoodAsTheySay(RequestCase example) {
    assertThat(OutcomeText.of(read(example))).isEqualTo(example.expected());
  }

  @Test
  void areThoseOfThePage() throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf(HEAD) + HEAD.length();
    int to = page.indexOf("\n\n", from);
    assertThat(page.indexOf(HEAD)).as("the head of the table").isPositive();
    String rows =
        examples().stream().map(RequestExamplesTest::row).collect(Collectors.joining("\n"));
    if (WRITE) {
      Files.writeString(PAGE, page.substring(0, from) + rows + page.substring(to));
      return;
    }
    assertThat(page.substring(from, to))
        .as("write it again: ./test RequestExamplesTest -Ddocuments.write=true")
        .isEqualTo(rows);
  }

  private static String row(RequestCase example) {
    String outcome =
        switch (read(example)) {
          case NeedsClarification asked when example.expected().equals("asked") ->
              "asked: " + asked.texts().getFirst();
          case Refused(String reason) -> "refused: " + reason;
          case Interpretation other -> "`" + OutcomeText.of(other) + "`";
        };
    return "`" + example.request() + "` | " + outcome;
  }

  private static Interpretation read(RequestCase example) {
    return new GrammarInterpreter()
        .read(new TaskRequest(example.request(), "somebody", BadRequest.NOW), Corpus.INVENTORY);
  }
}
