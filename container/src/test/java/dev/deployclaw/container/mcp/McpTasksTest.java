package dev.deployclaw.container.mcp;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Long runs as tasks, by the rules of the extension's specification. */
class McpTasksTest extends McpHttpCases {
  private static final String HELD = "{\"request\": \"apply\", \"approval\": \"manual\"}";

  @Test
  void theServerSaysThatItHasTasks() {
    assertThat(
            result(message("server/discover").send(VIC))
                .path("capabilities")
                .path("extensions")
                .has("io.modelcontextprotocol/tasks"))
        .isTrue();
  }

  @Test
  void aLongRunIsATaskWhoseEndIsReadByAnyViewer() {
    served.brake.at("redis.stage");
    String call = "{\"request\": \"apply\", \"wait_seconds\": 0}";
    var task = result(message("run", call).tasks().send(OLIVIA));

    assertThat(task.path("resultType").asText()).isEqualTo("task");
    assertThat(task.has("result") || task.has("error") || task.has("inputRequests")).isFalse();
    isATask(task, "working");
    String id = task.path("taskId").asText();
    served.brake.awaitReached();
    var working = result(about("tasks/get", id).send(VIC));
    assertThat(working.path("resultType").asText()).isEqualTo("complete");
    assertThat(working.has("result")).isFalse();
    isATask(working, "working");
    served.brake.release();
    served.awaitResult(id, "COMPLETED");

    var ended = result(about("tasks/get", id).send(VIC));
    isATask(ended, "completed");
    assertThat(ended.at("/result/structuredContent/result").asText()).isEqualTo("COMPLETED");
    assertThat(ended.at("/result/content/0/text").asText()).contains(id);
    assertThat(Instant.parse(ended.path("lastUpdatedAt").asText()))
        .isAfter(Instant.parse(ended.path("createdAt").asText()));
  }

  @Test
  void aHeldTaskWorksUntilAnotherPersonDecides() {
    var task = result(message("run", HELD).tasks().elicits().send(OLIVIA));
    isATask(task, "working");
    assertThat(task.path("statusMessage").asText()).startsWith("HELD: ");
    String id = task.path("taskId").asText();
    served.awaitResult(id, "HELD");
    isATask(result(about("tasks/get", id).send(OLIVIA)), "working");

    assertThat(served.approve(id, ANN).status()).isEqualTo(202);

    BoundedWait.until(
        "the task ended",
        ServerFixture.SOON,
        () ->
            result(about("tasks/get", id).send(OLIVIA))
                .path("status")
                .asText()
                .equals("completed"));
  }

  @Test
  void whatEndsInTimeIsNoTask() {
    var ran = result(message("run", "{\"request\": \"apply\"}").tasks().send(OLIVIA));

    assertThat(ran.path("resultType").asText()).isEqualTo("complete");
    assertThat(ran.at("/structuredContent/result").asText()).isEqualTo("COMPLETED");
  }

  /** What a client may not, or can't, is answered as the specification says. */
  @Test
  void callsAreTakenAsTheSpecificationSays() {
    String id = result(message("run", HELD).tasks().send(OLIVIA)).path("taskId").asText();
    for (var method : List.of("tasks/get", "tasks/update", "tasks/cancel")) {
      var plain = message(method, Map.of("taskId", id)).with("Mcp-Name", id);
      assertThat(code(plain)).as(method + " undeclared").isEqualTo(-32021);
      for (var wrong : List.of("no-such", "last", "../../etc/passwd")) {
        assertThat(code(about(method, wrong))).as(method + " " + wrong).isEqualTo(-32602);
      }
      assertThat(code(about(method, id).with("Mcp-Name", "other"))).isEqualTo(-32020);
      assertThat(about(method, id).send("").status()).isEqualTo(401);
    }
    assertThat(code(message("tasks/list").tasks())).isEqualTo(-32601);
    for (var method : List.of("tasks/update", "tasks/cancel")) {
      var taken = result(about(method, id).send(OLIVIA));
      assertThat(taken.path("resultType").asText()).isEqualTo("complete");
      assertThat(taken.has("taskId") || taken.has("status")).isFalse();
    }
    isATask(result(about("tasks/get", id).send(OLIVIA)), "working");

    assertThat(served.post("/v1/executions/" + id + "/reject", ANN, "{}").status()).isEqualTo(202);
    served.awaitResult(id, "ABORTED");
    assertThat(code(about("tasks/cancel", id))).as("it has ended").isEqualTo(-32602);
    assertThat(result(message("run", HELD).send(OLIVIA)).path("resultType").asText())
        .as("without the extension")
        .isEqualTo("complete");
  }

  private Message about(String method, String id) {
    return message(method, Map.of("taskId", id)).with("Mcp-Name", id).tasks();
  }

  private static void isATask(JsonNode task, String status) {
    assertThat(task.path("status").asText()).as(task.toString()).isEqualTo(status);
    assertThat(task.path("taskId").asText()).startsWith("arch-");
    assertThat(task.path("ttlMs").isNull()).as(task.toString()).isTrue();
    assertThat(task.path("pollIntervalMs").asInt()).isPositive();
    assertThat(Instant.parse(task.path("createdAt").asText()))
        .isBeforeOrEqualTo(Instant.parse(task.path("lastUpdatedAt").asText()));
  }
}
