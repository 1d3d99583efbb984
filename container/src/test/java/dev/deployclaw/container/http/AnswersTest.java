package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers over HTTP to what a task asked. */
class AnswersTest {
  private static final String UNKNOWN = "arch-2026-11-24-rate-limit-900";

  @TempDir Path folder;

  private Served served;
  private String asked;

  @BeforeEach
  void ask() throws Exception {
    served = Served.start(folder, ServerFixture.bounds(5, Duration.ofSeconds(30)));
    served.world.planner = new GrammarInterpreter();
    served.awaitResult(served.submit("apply the policies"), "COMPLETED");
    asked =
        served
            .post("/v1/tasks", OLIVIA, task("set acme's orders limit to 300"))
            .text("execution_id");
    served.awaitResult(asked, "NEEDS_CLARIFICATION");
  }

  @AfterEach
  void stop() {
    served.close();
    assertThat(served.world.laws.broken()).isEmpty();
  }

  @Test
  void givesTheQuestionsAndGoesOnWithTheAnswer() {
    var questions = served.get(questions(asked), OLIVIA).json().path("questions");
    assertThat(questions.at("/0/id").asText()).isEqualTo("window-missing");
    assertThat(questions.at("/0/slot").asText()).isEqualTo("window");
    assertThat(questions.at("/0/choices/1").asText()).isEqualTo("per minute");
    assertThat(questions.at("/0/suggestion").asText()).contains("300 requests per minute");

    var accepted = served.post(answers(asked), OLIVIA, answer("per minute"));

    assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
    String id = accepted.text("execution_id");
    served.awaitResult(id, "COMPLETED");
    var document = served.get("/v1/executions/" + id, VIC).json().toString();
    assertThat(document).contains("\"continues\":\"" + asked + "\"");
  }

  @Test
  void aSecondAnswerConflictsAndARepeatedOneDoesNot() {
    var first = keyed(answer("per minute"));
    served.awaitResult(first.text("execution_id"), "COMPLETED");

    var second = served.post(answers(asked), OLIVIA, answer("per hour"));
    var repeated = keyed(answer("per minute"));
    var other = keyed(answer("per hour"));

    assertThat(second.status()).isEqualTo(409);
    assertThat(second.text("detail")).contains("was answered by " + first.text("execution_id"));
    assertThat(repeated.status()).isEqualTo(202);
    assertThat(repeated.text("execution_id")).isEqualTo(first.text("execution_id"));
    assertThat(other.status()).isEqualTo(422);
    assertThat(served.get(questions(asked), OLIVIA).status()).isEqualTo(409);
  }

  @Test
  void onlyTheCallerThatWasAskedAnswers() {
    var other = served.post(answers(asked), BOTH, answer("per minute"));

    assertThat(other.status()).isEqualTo(403);
    assertThat(other.text("type")).isEqualTo("urn:deployclaw:problem:not-asked");
    assertThat(served.get(questions(asked), BOTH).status()).isEqualTo(403);
    assertThat(served.post(answers(asked), VIC, answer("per minute")).text("type"))
        .isEqualTo("urn:deployclaw:problem:role-missing");
  }

  @Test
  void whatAskedNothingTakesNoAnswer() {
    assertThat(served.post(answers(UNKNOWN), OLIVIA, answer("yes")).status()).isEqualTo(404);
    assertThat(served.get(questions(UNKNOWN), OLIVIA).status()).isEqualTo(404);
    assertThat(served.post(answers("no such"), OLIVIA, answer("yes")).status()).isEqualTo(404);
  }

  @Test
  void aBodyThatIsNoAnswerIsRefused() {
    assertThat(served.post(answers(asked), OLIVIA, task("per minute")).text("place"))
        .isEqualTo("body.request");
    assertThat(served.post(answers(asked), OLIVIA, "{\"answer\": \" \"}").text("place"))
        .isEqualTo("body.answer");
    assertThat(served.post(answers(asked), OLIVIA, "per minute").status()).isEqualTo(400);
  }

  private Served.Answer keyed(String body) {
    return served.send(
        served
            .request(answers(asked), OLIVIA)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "k-1")
            .POST(BodyPublishers.ofString(body)));
  }

  private static String answers(String id) {
    return "/v1/tasks/" + id.replace(" ", "%20") + "/answers";
  }

  private static String questions(String id) {
    return "/v1/tasks/" + id + "/questions";
  }

  private static String answer(String text) {
    return "{\"answer\": \"" + text + "\"}";
  }
}
