package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is asked to wait waits on a real estate, whatever it is and however it is asked: in words,
 * by a caller of the API, or since only a language model understood it. Leaves the table of what
 * happened in {@code target/approval-ways.md}.
 */
@Slow(
    guard = "dev.deployclaw.core.service.ApprovalTableTest",
    because = "it holds and approves each operation on a real estate")
class ApprovalWaysTest extends SharedLabCases {
  private static final String WAIT = ", but wait for my approval";

  private static final List<String> ROWS = new ArrayList<>();

  @AfterAll
  static void table() throws IOException {
    var lines = new ArrayList<>(List.of("| operation | asked | came to |", "|---|---|---|"));
    lines.addAll(ROWS);
    Files.write(Path.of("target", "approval-ways.md"), lines);
    estate.applyAll();
  }

  @ParameterizedTest
  @EnumSource
  void inWords(TaskOperation operation) {
    String before = prepared(operation);

    var ran = estate.run("run", "--json", words(operation) + WAIT);

    if (operation == TaskOperation.RESOLVE_CONFLICTS && ran.exit() == 0) {
      assertThat(ran.json().path("result").asText()).isEqualTo("NO_CHANGE");
      row(operation, "in words", "NO_CHANGE: no windows conflict on this estate");
    } else if (operation.changes()) {
      held(ran, operation, "in words", before);
    } else {
      refused(ran, operation, "in words", before);
    }
  }

  @Test
  void byACallerOfTheApi() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      for (var operation :
          List.of(
              TaskOperation.SET_LIMIT,
              TaskOperation.ROLLBACK,
              TaskOperation.REPAIR_DRIFT,
              TaskOperation.SCAN)) {
        String before = prepared(operation);
        String body = "{\"request\": \"%s\", \"approval\": \"manual\"}".formatted(words(operation));
        String id = sidecar.post("/v1/tasks", ServingAgent.OPERATOR, body).text("execution_id");
        sidecar.awaitResult(id, operation.changes() ? "HELD" : "REFUSED");
        row(operation, "`\"approval\": \"manual\"`", operation.changes() ? "HELD" : "REFUSED");
        assertThat(estate.checker().digest()).isEqualTo(before);
        if (operation.changes()) {
          var own = sidecar.post("/v1/executions/" + id + "/approve", ServingAgent.OPERATOR, "");
          assertThat(own.status()).isEqualTo(403);
          assertThat(sidecar.approve(id).status()).isEqualTo(202);
          sidecar.awaitResult(id, "COMPLETED");
        }
      }
      String before = estate.checker().digest();
      String id =
          sidecar
              .post(
                  "/v1/executions/last/rollback",
                  ServingAgent.OPERATOR,
                  "{\"approval\": \"manual\"}")
              .text("execution_id");
      sidecar.awaitResult(id, "HELD");
      assertThat(estate.checker().digest()).isEqualTo(before);
      sidecar.post("/v1/executions/" + id + "/reject", ServingAgent.APPROVER, "");
      sidecar.awaitResult(id, "ABORTED");
    }
  }

  /** The rules ask; a model is wrong, and nothing happens on its word. */
  @Test
  void whatOnlyAModelUnderstoodIsConfirmedByWhoReadThePlan() throws Exception {
    try (var model = new ScriptedModel()) {
      prepared(TaskOperation.ROLLBACK);
      model.says(
          Map.of(
              "outcome",
              "planned",
              "operation",
              "rollback",
              "target",
              "last",
              "quotes",
              quotes("last")));
      String config = with(model);
      String before = estate.checker().digest();

      var ran =
          estate.run(
              "run",
              "--json",
              "--config",
              config,
              "Wonka complains. Please take the last change out again, it was no good.");

      assertThat(ran.exit()).as(ran.err()).isEqualTo(5);
      assertThat(ran.json().path("reason").asText())
          .contains("only the model understood this: roll back the last change")
          .contains("words that it didn't use", "it was no good");
      assertThat(estate.checker().digest()).isEqualTo(before);
      confirmed(ran, TaskOperation.ROLLBACK);
    }
  }

  @Test
  void aStartThatAModelDroppedIsAskedAbout() throws Exception {
    try (var model = new ScriptedModel()) {
      model.says(
          Map.of(
              "outcome",
              "planned",
              "operation",
              "set-limit",
              "quotes",
              quotes("acme", "900 requests per minute", "search"),
              "changes",
              List.of(
                  Map.of(
                      "tenants",
                      List.of("acme"),
                      "service",
                      "search",
                      "set",
                      Map.of("requests", 900, "windowSeconds", 60)))));
      String config = with(model);
      String before = estate.checker().digest();

      var ran =
          estate.run(
              "run",
              "--json",
              "--config",
              config,
              "crank acme to 900 requests per minute on search from 1 December");

      assertThat(ran.exit()).as(ran.err()).isEqualTo(3);
      assertThat(ran.json().path("reason").asText()).contains("\"from 1 December\"");
      assertThat(estate.checker().digest()).isEqualTo(before);
    }
  }

  @Test
  void aRepairThatOnlyAModelUnderstoodWaits() throws Exception {
    try (var model = new ScriptedModel()) {
      String before = prepared(TaskOperation.REPAIR_DRIFT);
      model.says(
          Map.of("outcome", "planned", "operation", "repair-drift", "quotes", quotes("drifted")));
      String config = with(model);

      var ran =
          estate.run(
              "run",
              "--json",
              "--config",
              config,
              "The gateways drifted during the incident; kindly restore what is declared.");

      assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(5);
      assertThat(estate.checker().digest()).isEqualTo(before);
      confirmed(ran, TaskOperation.REPAIR_DRIFT);
    }
  }

  private static List<Map<String, String>> quotes(String... words) {
    return Stream.of(words).map(w -> Map.of("slot", "some", "quote", w)).toList();
  }

  /** Without the plan's hash an approval shows the plan, and is refused. */
  private static void confirmed(Ran ran, TaskOperation operation) {
    String id = ran.json().path("execution_id").asText();
    var status = estate.run("status", "--json").json().path("held").get(0);
    assertThat(status.path("why").asText()).contains("only the model understood this");

    var unread = estate.run("approve", id);
    assertThat(unread.exit()).isEqualTo(4);
    assertThat(unread.err()).contains("--plan", "only the model understood this");
    assertThat(unread.out()).contains(id, "plan ");
    assertThat(status.path("plan").asText()).isEmpty();

    var plan = estate.run("approve", id, "--json").json();
    assertThat(plan.path("changes")).as(operation.word()).isNotEmpty();
    var read = estate.run("approve", id, "--json", "--plan", plan.path("plan").asText());
    assertThat(read.json().path("result").asText()).as(read.err()).isEqualTo("COMPLETED");
    row(operation, "only a model understood it", "HELD; with the plan's hash COMPLETED");
  }

  private static void held(Ran ran, TaskOperation operation, String way, String before) {
    assertThat(ran.exit()).as(operation + ": " + ran.out() + ran.err()).isEqualTo(5);
    assertThat(estate.checker().digest()).isEqualTo(before);
    var approved = estate.run("approve", ran.json().path("execution_id").asText(), "--json");
    assertThat(approved.json().path("result").asText())
        .as(operation + ": " + approved.err())
        .isEqualTo("COMPLETED");
    row(operation, way, "HELD (exit 5); approved: COMPLETED");
  }

  private static void refused(Ran ran, TaskOperation operation, String way, String before) {
    assertThat(ran.exit()).as(operation + ": " + ran.out() + ran.err()).isEqualTo(4);
    assertThat(ran.json().path("reason").asText()).contains("approval");
    assertThat(estate.checker().digest()).isEqualTo(before);
    row(operation, way, "REFUSED (exit 4): " + ran.json().path("reason").asText());
  }

  private static void row(TaskOperation operation, String way, String what) {
    ROWS.add("| `%s` | %s | %s |".formatted(operation.word(), way, what));
  }

  /** Makes the estate one on which the operation changes something; the digest that is live. */
  private static String prepared(TaskOperation operation) {
    switch (operation) {
      case ROLLBACK -> done(estate.run("run", "--json", estate.change()));
      case UNBLOCK -> done(estate.run("run", "--json", "block wonka"));
      case APPLY_POLICIES -> done(estate.run("run", "--json", estate.change()));
      case REPAIR_DRIFT -> meddle();
      default -> {}
    }
    return estate.checker().digest();
  }

  /** Changes the file that a gateway runs by. */
  private static void meddle() {
    var file = estate.config().gateways().getFirst().folder().resolve("live/nginx.conf");
    Failable.run(() -> Files.writeString(file, Files.readString(file) + "# changed by hand\n"));
  }

  private static void done(Ran ran) {
    if (ran.exit() == 5) {
      var approved = estate.run("approve", ran.json().path("execution_id").asText(), "--json");
      assertThat(approved.exit()).as(approved.err()).isZero();
    } else {
      assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    }
  }

  private static String words(TaskOperation operation) {
    return switch (operation) {
      case SET_LIMIT -> estate.change();
      case SCALE_LIMIT -> "double acme's search limit";
      case SET_MODE -> "put acme's search limit into shadow mode";
      case BLOCK -> "block hooli";
      case UNBLOCK -> "unblock wonka";
      case REMOVE_LIMIT -> "remove acme's search limit";
      case COPY_POLICY -> "copy acme's policy to globex";
      case APPLY_POLICIES -> LiveEstate.ALL;
      case RESOLVE_CONFLICTS -> "resolve the conflicting windows to 1 minute";
      case ROLLBACK -> "undo the last change";
      case REPAIR_DRIFT -> "repair the drift";
      case SNAPSHOT -> "take a snapshot";
      case CHECK_DRIFT -> "any drift?";
      case SCAN -> "scan the estate";
      case VALIDATE -> "validate umbrella";
    };
  }

  /** The configuration of the lab, and a model in it. */
  private static String with(ScriptedModel model) throws IOException {
    var config = estate.lab().config();
    return Files.writeString(
            config.resolveSibling("with-a-model.yaml"),
            Files.readString(config)
                + "model: {provider: openai, name: scripted, url: \"%s\"}\n".formatted(model.url()))
        .toString();
  }
}
