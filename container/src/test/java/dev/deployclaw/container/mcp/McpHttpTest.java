package dev.deployclaw.container.mcp;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other agents send over HTTP, and what comes of it. */
class McpHttpTest extends McpHttpCases {
  @Test
  void runsARequestInTheNameOfTheCredential() {
    var ran = tool(OLIVIA, "run", "{\"request\": \"apply\"}");

    assertThat(ran.path("result").asText()).isEqualTo("COMPLETED");
    assertThat(ran.path("requester").asText()).isEqualTo("olivia");
    var back = tool(OLIVIA, "rollback", "{\"execution\": \"last\"}");
    assertThat(back.path("rollback_of")).isEqualTo(ran.path("execution_id"));
  }

  @Test
  void whatIsRepeatedWithItsKeyIsOneExecution() {
    String call = "{\"request\": \"apply\", \"key\": \"k-1\"}";

    var first = tool(OLIVIA, "run", call);
    var again = tool(OLIVIA, "run", call);

    assertThat(again.path("execution_id")).isEqualTo(first.path("execution_id"));
    assertThat(refusal(OLIVIA, "run", "{\"request\": \"set acme 700\", \"key\": \"k-1\"}"))
        .startsWith("key-reused: ");
  }

  @Test
  void aHeldRunAsksToWaitAndGoesOnWhenAnotherApproves() {
    String call = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    var asked = result(message("run", call).elicits().send(OLIVIA));
    assertThat(asked.path("resultType").asText()).isEqualTo("input_required");
    String message = asked.at("/inputRequests/input/params/message").asText();
    String id = message.substring(0, message.indexOf(" is held"));
    String state = asked.path("requestState").asText();

    var still = result(message("run", call).goesOn(state, "{}").send(OLIVIA));
    assertThat(still.path("resultType").asText())
        .as("no answer: it asks again")
        .isEqualTo("input_required");
    var left =
        result(message("run", call).goesOn(state, input("{\"action\": \"decline\"}")).send(OLIVIA));
    assertThat(left.at("/structuredContent/result").asText()).isEqualTo("HELD");

    assertThat(served.approve(id, ANN).status()).isEqualTo(202);
    String wait = input("{\"action\": \"accept\", \"content\": {\"wait\": true}}");
    var ended = result(message("run", call).goesOn(state, wait).send(OLIVIA));
    var late = result(message("run", call).goesOn(state, wait).send(OLIVIA));

    assertThat(ended.at("/structuredContent/result").asText()).isEqualTo("COMPLETED");
    assertThat(late.at("/structuredContent/execution_id").asText()).as("replayed").isEqualTo(id);
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).hasSize(1);
  }

  @Test
  void nobodyGoesOnWithAnothersState() {
    String call = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    var asked = result(message("run", call).elicits().send(OLIVIA));
    String state = asked.path("requestState").asText();
    String wait = input("{\"action\": \"accept\", \"content\": {\"wait\": false}}");

    assertThat(message("run", call).goesOn(state, wait).send(Served.BOTH).status()).isEqualTo(400);
    var forged = message("run", call).goesOn(state.replaceFirst("^.", "A"), wait).send(OLIVIA);
    assertThat(forged.json().at("/error/message").asText()).contains("requestState");
    assertThat(
            message("rollback", "{\"execution\": \"last\"}")
                .goesOn(state, wait)
                .send(OLIVIA)
                .status())
        .as("of another tool")
        .isEqualTo(400);
  }

  @Test
  void rolesOpenTools() {
    var all = result(message("tools/list").send(VIC)).path("tools").findValuesAsText("name");

    assertThat(all).contains("plan", "status", "log").doesNotContain("run", "rollback", "approve");
    assertThat(refusal(VIC, "run", "{\"request\": \"apply\"}"))
        .isEqualTo(
            "role-missing: vic lacks the role operator; use a credential with the role operator");
    assertThat(refusal(ANN, "rollback", "{\"execution\": \"last\"}")).startsWith("role-missing");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEmpty();
    assertThat(served.get("/metrics", VIC).body())
        .contains("deployclaw_refusals_total{by=\"role\"} 2.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not JSON           | 400 | -32700",
        "[]                 | 400 | -32600",
        "{}                 | 400 | -32600",
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {}} | 400 | -32600",
        "{\"jsonrpc\": \"1.0\", \"id\": 1, \"method\": \"tools/list\"} | 400 | -32600",
        "{\"jsonrpc\": \"2.0\", \"id\": null, \"method\": \"tools/list\"} | 400 | -32600",
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\", \"params\": {\"protocolVersion\": \"2025-11-25\"}} | 400 | -32022"
      })
  void malformedMessagesAreErrors(String body, int status, int code) {
    var answer = post(OLIVIA, body, Map.of());

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().at("/error/code").asInt()).isEqualTo(code);
  }

  @Test
  void headersAgreeWithTheMessage() {
    var call = message("tools/list");

    assertThat(code(call.with("MCP-Protocol-Version", "2025-11-25"))).isEqualTo(-32020);
    assertThat(code(call.with("Mcp-Method", "tools/call"))).isEqualTo(-32020);
    assertThat(code(message("plan", "{\"request\": \"x\"}").with("Mcp-Name", "run")))
        .isEqualTo(-32020);
    assertThat(code(call.revision("2020-01-01"))).isEqualTo(-32022);
    assertThat(code(message("tools/lost"))).isEqualTo(-32601);
    assertThat(call.with("Mcp-Session-Id", "of-somebody-else").send(VIC).status())
        .as("there are no sessions")
        .isEqualTo(200);
  }

  @Test
  void argumentsAreBounded() {
    assertThat(refusal(OLIVIA, "run", "{}")).contains("request");
    assertThat(refusal(OLIVIA, "run", "{\"request\": \"" + "x".repeat(5_000) + "\"}"))
        .contains("4096");
    assertThat(refusal(OLIVIA, "run", "{\"request\": \"apply\", \"approved\": true}"))
        .contains("approved");
    assertThat(refusal(OLIVIA, "run", "{\"request\": \"apply\", \"approval\": \"auto\"}"))
        .contains("approval");
    assertThat(refusal(OLIVIA, "rollback", "{\"execution\": \"../../etc/passwd\"}"))
        .contains("pattern");
    assertThat(refusal(OLIVIA, "rollback", "{\"execution\": \"no-such\"}")).startsWith("not-found");
    assertThat(refusal(VIC, "log", "{\"execution\": \"no-such\"}")).startsWith("not-found");
    assertThat(post(OLIVIA, "x".repeat(70_000), Map.of()).status()).isEqualTo(413);
    assertThat(code(message("nothing", "{}"))).as("no such tool").isEqualTo(-32602);
    assertThat(
            code(
                message("resources/read", Map.of("uri", "deployclaw://executions/../x"))
                    .with("Mcp-Name", "deployclaw://executions/../x")))
        .isEqualTo(-32602);
    var deep = "{\"request\": " + "[".repeat(2_000) + "]".repeat(2_000) + "}";
    assertThat(code(message("plan", deep))).as("too deep").isEqualTo(-32700);
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEmpty();
  }

  /** An operand is no option: the command has no configuration here, which it reads first. */
  @Test
  void wordsAreNoOptions() {
    assertThat(refusal(VIC, "plan", "{\"request\": \"--batch=/etc/passwd\"}"))
        .contains("there is no configuration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nobody's"})
  void strangersAreRefused(String token) {
    assertThat(message("tools/list").send(token).status()).isEqualTo(401);
  }

  @Test
  void pagesAreRefused() {
    var call = message("tools/list");

    assertThat(call.with("Origin", "https://evil.example").send(VIC).status()).isEqualTo(403);
    assertThat(call.with("Sec-Fetch-Site", "cross-site").send(VIC).status()).isEqualTo(403);
    var own = call.with("Origin", served.address());
    assertThat(own.send(VIC).status()).isEqualTo(200);
    assertThat(call.with("Content-Type", "text/plain").send(VIC).status()).isEqualTo(415);
    assertThat(served.get("/mcp", VIC).status()).isEqualTo(405);
  }

  @Test
  void theListenerIsOffUnlessItIsConfigured() throws Exception {
    var other = Files.createDirectory(folder.resolve("other"));
    try (var plain = Served.start(other, ServerFixture.patient())) {
      assertThat(plain.get("/mcp", VIC).status()).isEqualTo(404);
    }
  }

  @Test
  void aBodyThatComesSlowlyIsCutOff() throws IOException {
    var to = URI.create(served.address());
    try (var socket = new Socket(to.getHost(), to.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                      + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                  .formatted(VIC)
                  .getBytes(StandardCharsets.US_ASCII));
      String told = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);

      assertThat(told).isEqualTo("HTTP/1.1 408");
    }
  }

  @Test
  void aClientThatLeavesEndsItsWaitAndNotTheTask() throws IOException {
    served.brake.at("redis.stage");
    var call = message("run", "{\"request\": \"apply\", \"wait_seconds\": 600}");
    var socket = call.sendAndLeave(OLIVIA);
    served.brake.awaitReached();
    socket.close();
    served.brake.release();

    BoundedWait.until(
        "the task went on",
        ServerFixture.SOON,
        () ->
            served
                .get("/v1/executions", VIC)
                .json()
                .at("/executions/0/result")
                .asText()
                .equals("COMPLETED"));
  }
}
