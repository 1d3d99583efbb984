package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handing in over HTTP: tasks, people's words, ways back. */
class TasksTest {
  @TempDir Path folder;

  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder, ServerFixture.bounds(2, Duration.ofSeconds(30)));
  }

  @AfterEach
  void stop() {
    served.close();
    assertThat(served.world.laws.broken()).isEmpty();
  }

  @Test
  void carriesATaskOutAndGivesItsDocument() {
    var accepted = served.post("/v1/tasks", OLIVIA, task("apply"));

    assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
    String id = accepted.text("execution_id");
    assertThat(accepted.header("Location")).isEqualTo("/v1/executions/" + id);
    served.awaitResult(id, "COMPLETED");
    var document = served.get(accepted.header("Location"), VIC).json();
    assertThat(document.path("execution_id").asText()).isEqualTo(id);
    assertThat(document.path("request").asText()).isEqualTo("apply");
    assertThat(document.path("requester").asText()).isEqualTo("olivia");
    assertThat(document.path("thought_log")).isNotEmpty();
    assertThat(document.at("/audit/signature").asText()).isNotEmpty();
  }

  @Test
  void tellsOfTasksThatWaitAndRefusesMore() {
    served.brake.at("redis.stage");
    String first = served.submit("apply");
    served.brake.awaitReached();
    String second = served.submit("set acme 700");
    String third = served.submit("set acme 800");

    var full = served.post("/v1/tasks", OLIVIA, task("set acme 900"));

    assertThat(full.status()).isEqualTo(429);
    assertThat(Integer.parseInt(full.header("Retry-After"))).isPositive();
    assertThat(full.text("type")).isEqualTo("urn:deployclaw:problem:queue-full");
    assertThat(served.get("/v1/executions/" + first, VIC).text("result")).isEqualTo("UNFINISHED");
    var waiting = served.get("/v1/executions/" + second, VIC).json();
    assertThat(waiting.path("result").asText()).isEqualTo("QUEUED");
    assertThat(waiting.path("request").asText()).isEqualTo("set acme 700");
    var page = served.get("/v1/executions", VIC).json();
    assertThat(page.path("waiting")).extracting(n -> n.asText()).containsExactly(second, third);
    served.brake.release();
    served.awaitResult(third, "COMPLETED");
  }

  @Test
  void answersARepeatedCallWithTheFirstOnesExecution() {
    var first = keyed("k-1", OLIVIA, task("apply"));

    var again = keyed("k-1", OLIVIA, task("apply"));
    var other = keyed("k-1", OLIVIA, task("set acme 700"));
    var others = keyed("k-1", BOTH, task("set acme 700"));
    var wrong = keyed("not one key", OLIVIA, task("apply"));

    assertThat(again.status()).isEqualTo(202);
    assertThat(again.text("execution_id")).isEqualTo(first.text("execution_id"));
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.text("place")).isEqualTo("header Idempotency-Key");
    assertThat(others.status()).isEqualTo(202);
    assertThat(others.text("execution_id")).isNotEqualTo(first.text("execution_id"));
    assertThat(wrong.status()).isEqualTo(400);
    served.awaitResult(others.text("execution_id"), "COMPLETED");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).hasSize(2);
  }

  @Test
  void holdsWhatIsToBeApprovedByHandUntilSomebodyElseApproves() {
    var answer =
        served.post("/v1/tasks", BOTH, "{\"request\": \"apply\", \"approval\": \"manual\"}");
    String id = answer.text("execution_id");
    served.awaitResult(id, "HELD");

    var own = served.post("/v1/executions/" + id + "/approve", BOTH, "");

    assertThat(own.status()).isEqualTo(403);
    assertThat(own.text("detail")).contains("must differ from the requester, both");
    assertThat(served.server.executions().waiting()).as("it is no job").isEmpty();
    assertThat(served.get("/v1/executions/" + id, VIC).text("result")).isEqualTo("HELD");

    var misquoted = served.post("/v1/executions/" + id + "/approve?plan=beef", ANN, "");
    assertThat(misquoted.status()).isEqualTo(409);
    assertThat(misquoted.text("detail")).contains("not beef");
    String hash = served.world.change(id).orElseThrow().planHash();
    for (var quote : new String[] {"", hash.substring(0, 7)}) {
      var unquoted = served.post("/v1/executions/" + id + "/approve?plan=" + quote, ANN, "");
      assertThat(unquoted.status()).isEqualTo(400);
      assertThat(unquoted.text("place")).isEqualTo("query plan");
      assertThat(unquoted.text("remedy")).contains("/v1/executions/" + id + "/plan");
      assertThat(unquoted.body() + misquoted.body()).doesNotContain(hash.substring(0, 8));
    }
    var shown = served.get("/v1/executions/" + id + "/plan", ANN);
    assertThat(shown.text("plan")).isEqualTo(hash);
    assertThat(shown.json().path("changes")).isNotEmpty();
    assertThat(served.get("/v1/executions/" + id + "/plan", VIC).status()).isEqualTo(403);
    String plan = hash.substring(0, 8);

    var approved = served.post("/v1/executions/" + id + "/approve?plan=" + plan, ANN, "");

    assertThat(approved.status()).as(approved.body()).isEqualTo(202);
    assertThat(approved.header("Location")).isEqualTo("/v1/executions/" + id);
    served.awaitResult(id, "COMPLETED");
    var again = served.post("/v1/executions/" + id + "/approve", ANN, "");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text("detail")).contains("isn't held");
  }

  @Test
  void rejectsWhatIsHeld() {
    String id = served.done("apply manually", "HELD");

    var rejected = served.post("/v1/executions/" + id + "/reject", ANN, "");

    assertThat(rejected.status()).isEqualTo(202);
    served.awaitResult(id, "ABORTED");
    assertThat(served.world.active()).isEmpty();
  }

  @Test
  void rollsBackUnderAnExecutionOfItsOwn() {
    served.done("apply", "COMPLETED");
    String changed = served.done("set acme 700", "COMPLETED");

    var back = served.post("/v1/executions/" + changed + "/rollback", OLIVIA, "");

    assertThat(back.status()).isEqualTo(202);
    String id = back.text("execution_id");
    assertThat(id).isNotEqualTo(changed);
    served.awaitResult(id, "COMPLETED");
    var document = served.get("/v1/executions/" + id, VIC).json();
    assertThat(document.path("rollback_of").asText()).isEqualTo(changed);
    assertThat(document.path("requester").asText()).isEqualTo("olivia");
    assertThat(served.post("/v1/executions/arch-none/rollback", OLIVIA, "").status())
        .isEqualTo(404);
  }

  @Test
  void freezesAndThawsUnderTheCallersName() {
    served.done("apply", "COMPLETED");

    var frozen = served.post("/v1/freeze", OLIVIA, "{\"reason\": \"incident 4711\"}");
    var twice = served.post("/v1/freeze", OLIVIA, "{\"reason\": \"the same\"}");
    var stopped = served.submit("set acme 700");

    assertThat(frozen.status()).as(frozen.body()).isEqualTo(200);
    assertThat(frozen.text("result")).isEqualTo("COMPLETED");
    assertThat(frozen.text("reason")).contains("frozen", "olivia", "incident 4711");
    assertThat(twice.text("result")).isEqualTo("NO_CHANGE");
    BoundedWait.until(
        "it is stopped",
        ServerFixture.SOON,
        () ->
            served.get("/v1/executions/" + stopped, VIC).text("reason").contains("incident 4711"));
    assertThat(served.world.active().orElseThrow().epoch()).isEqualTo(1);
    var log = served.get(frozen.text("location"), VIC).json();
    assertThat(log.path("request").asText()).isEqualTo("freeze: incident 4711");
    assertThat(log.path("requester").asText()).isEqualTo("olivia");

    var thawed = served.post("/v1/thaw", OLIVIA, "");

    assertThat(thawed.text("reason")).contains("thawed", "incident 4711");
    served.done("set acme 700", "COMPLETED");
    assertThat(served.post("/v1/freeze", ANN, "{\"reason\": \"x\"}").status()).isEqualTo(403);
    assertThat(served.post("/v1/freeze", OLIVIA, "{}").text("place")).isEqualTo("body.reason");
    served.world.store.reachable(false);
    assertThat(served.post("/v1/thaw", OLIVIA, "{}").status()).isEqualTo(503);
    served.world.store.reachable(true);
  }

  @Test
  void asksBackInTheDocument() {
    String id = served.done("something else", "NEEDS_CLARIFICATION");

    var document = served.get("/v1/executions/" + id, VIC).json();

    assertThat(document.path("questions")).isNotEmpty();
  }

  @Test
  void namesWhatIsWrongInABody() {
    assertWrong("", "body", "isn't a JSON object");
    assertWrong("[]", "body", "isn't a JSON object");
    assertWrong("{\"request\": 7}", "body.request", "must be a text");
    assertWrong("{\"request\": \" \"}", "body.request", "must be a text");
    assertWrong("{\"request\": \"" + "x".repeat(5000) + "\"}", "body.request", "more than 4096");
    assertWrong("{\"request\": \"apply\", \"aproval\": \"x\"}", "body.aproval", "is unknown");
    assertWrong("{\"request\": \"apply\", \"approval\": \"auto\"}", "body.approval", "manual");
    var notJson =
        served.send(
            served.request("/v1/tasks", OLIVIA).POST(BodyPublishers.ofString(task("apply"))));
    assertThat(notJson.status()).isEqualTo(415);
    assertThat(notJson.text("place")).isEqualTo("header Content-Type");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEmpty();
  }

  @Test
  void takesNothingOnWhileTheStateStoreIsAway() {
    served.world.store.reachable(false);

    var refused = served.post("/v1/tasks", OLIVIA, task("apply"));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.text("type")).isEqualTo("urn:deployclaw:problem:unreachable");
    assertThat(refused.header("Retry-After")).isNotEmpty();
    served.world.store.reachable(true);
    served.done("apply", "COMPLETED");
  }

  @Test
  void saysThatItIsBeingStopped() {
    served.server.stopAccepting();

    var refused = served.post("/v1/tasks", OLIVIA, task("apply"));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.text("type")).isEqualTo("urn:deployclaw:problem:stopping");
    assertThat(served.get("/readyz", "").json().path("accepting").asBoolean()).isFalse();
  }

  private Served.Answer keyed(String key, String token, String body) {
    return served.send(
        served
            .request("/v1/tasks", token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body)));
  }

  private void assertWrong(String body, String place, String what) {
    var answer = served.post("/v1/tasks", OLIVIA, body);

    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text("place")).as(body).isEqualTo(place);
    assertThat(answer.text("detail")).as(body).contains(what);
    assertThat(answer.text("remedy")).as(body).isNotEmpty();
  }
}
