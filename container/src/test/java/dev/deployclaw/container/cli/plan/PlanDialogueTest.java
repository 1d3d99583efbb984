package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a terminal, {@code plan} asks in place. */
class PlanDialogueTest {
  private static final String WINDOW = "? 600 requests in which window";

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void inventory() {
    screen = new CommandLineFixture(folder);
    screen.write(
        "estate.yaml",
        "tenants: {acme: {tier: gold}, umbrella: {}}\nservices: [checkout, search]\n");
  }

  @Test
  void asksInPlaceAndGoesOn() {
    int exit = typing(List.of("per minute"), "set umbrella's search limit to 600");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out()).contains("understood: ", "600 requests per minute");
    assertThat(screen.err()).containsOnlyOnce(WINDOW).contains("#2 per minute");
  }

  @Test
  void asksEachQuestionOnce() {
    int exit = typing(List.of("600", "#2"), "limit umbrella on search");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.err()).containsOnlyOnce("? How many requests, in").containsOnlyOnce(WINDOW);
  }

  @Test
  void whoLeavesHasTheQuestion() {
    int exit = typing(List.of(), "set umbrella's search limit to 600");

    assertThat(exit).isEqualTo(3);
    assertThat(screen.out()).contains(WINDOW);
  }

  @Test
  void noEndsIt() {
    int exit = typing(List.of("no"), "set umbrella's search limit to 600");

    assertThat(exit).isEqualTo(4);
    assertThat(screen.out()).contains("its requester ended it");
  }

  @Test
  void anAnswerThatOrdersSomethingElseIsNoAnswer() {
    int exit =
        typing(
            List.of("per minute, and block acme", "per minute"),
            "set umbrella's search limit to 600");

    assertThat(exit).isEqualTo(3);
    assertThat(screen.err()).containsIgnoringWhitespaces("Say the request as a whole");
    assertThat(screen.out())
        .doesNotContain("understood")
        .contains("Which request does that answer?");
  }

  @Test
  void aConversationIsBounded() {
    int exit = typing(List.of("hm", "hm", "hm", "hm", "hm", "hm", "hm", "hm", "hm"), "block");

    assertThat(exit).isEqualTo(3);
    assertThat(screen.err().split("\\? ", -1)).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void elsewhereItEndsWithTheQuestionAsAnObject() {
    int exit =
        screen.run(
            "plan", "--inventory", "estate.yaml", "--json", "set umbrella's search limit to 600");

    assertThat(exit).isEqualTo(3);
    var question = screen.json().at("/clarifications/0");
    assertThat(question.get("id").asText()).isEqualTo("window-missing");
    assertThat(question.get("slot").asText()).isEqualTo("window");
    assertThat(question.get("choices")).hasSize(4);
    assertThat(question.get("text").asText()).isEqualTo(screen.json().at("/questions/0").asText());
  }

  @Test
  void aDocumentAsksNobody() {
    int exit = typing(List.of("per minute"), "--json", "set umbrella's search limit to 600");

    assertThat(exit).isEqualTo(3);
    assertThat(screen.json().get("outcome").asText()).isEqualTo("needs-clarification");
  }

  private int typing(List<String> lines, String... words) {
    var all = new ArrayList<>(List.of("plan", "--inventory", "estate.yaml"));
    all.addAll(List.of(words));
    return screen.typing(lines, all.toArray(String[]::new));
  }
}
