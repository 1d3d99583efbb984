package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import io.modelcontextprotocol.modern.McpSchema.CallToolResult;
import io.modelcontextprotocol.modern.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.modern.McpSchema.ElicitResult;
import io.modelcontextprotocol.modern.McpSchema.Implementation;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.McpSchema.TextContent;
import io.modelcontextprotocol.modern.McpSchema.TextResourceContents;
import io.modelcontextprotocol.modern.McpSchema.Tool;
import io.modelcontextprotocol.modern.client.McpClient;
import io.modelcontextprotocol.modern.client.McpSyncClient;
import io.modelcontextprotocol.modern.client.transport.HttpClientMcpTransport;
import io.modelcontextprotocol.modern.client.transport.McpHttpRequestCustomizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Another agent, by the SDK's own client, at an agent that serves on a real estate. */
@Slow(
    guard = "dev.deployclaw.container.mcp.McpHttpTest",
    because = "it starts serving agents on a real estate")
class McpTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);

  private static ServingAgent sidecar;

  @BeforeAll
  static void start() throws Exception {
    sidecar = ServingAgent.start(estate, Map.of("DEPLOYCLAW_SERVE_MCP", "true"));
  }

  @AfterAll
  static void stop() {
    sidecar.close();
  }

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
    assertThat(sidecar.err()).doesNotContain(" ERROR ");
  }

  @Test
  void answersEveryToolThatReads() {
    var client = client(ServingAgent.VIEWER, null);

    assertThat(client.tools().list().tools())
        .extracting(Tool::name)
        .containsExactly("plan", "status", "log", "check", "impact", "history", "drift");
    assertThat(call(client, "plan", Map.of("request", estate.change())))
        .containsEntry("outcome", "planned");
    assertThat(call(client, "status", Map.of())).containsKeys("active", "held", "frozen");
    var check =
        Map.<String, Object>of(
            "tenant", "umbrella", "service", "search", "route", "/search", "method", "GET");
    assertThat(call(client, "check", check)).containsKeys("passes", "limits");
    assertThat(call(client, "history", Map.of("tenant", "umbrella", "limit", 3)))
        .containsEntry("tenant", "umbrella");
    assertThat(call(client, "drift", Map.of())).containsKey("drift");
    assertThat(call(client, "impact", impact())).containsEntry("requests", 1);
  }

  @Test
  void runsTellsOfItAndRollsBack() {
    String before = estate.checker().digest();
    var client = client(ServingAgent.OPERATOR, null);
    var told = new ArrayList<String>();

    var ran =
        structured(
            client
                .tool("run")
                .arguments(Map.of("request", estate.change()))
                .progress(p -> told.add(p.message()))
                .roundTimeout(SOON)
                .callTimeout(SOON)
                .call());

    assertThat(ran).containsEntry("result", "COMPLETED").containsEntry("requester", "olivia");
    assertThat(told).isNotEmpty();
    String id = String.valueOf(ran.get("execution_id"));
    assertThat(call(client, "log", Map.of("execution", id, "detail", "steps")))
        .containsEntry("requester", "olivia")
        .containsKey("audit");
    assertThat(sidecar.err()).contains("client=\"test of the lab\"");
    var uris = client.resources().list().resources().stream().map(r -> r.uri()).toList();
    assertThat(uris).contains("deployclaw://executions/" + id);
    assertThat(uris).anyMatch(uri -> uri.startsWith("deployclaw://skills/"));
    assertThat(text(client, "deployclaw://executions/" + id)).contains("thought_log");
    assertThat(text(client, "deployclaw://skills/orchestrate-rate-limits"))
        .containsPattern("\"sha256\":\"[0-9a-f]{64}\"");

    assertThat(call(client, "rollback", Map.of("execution", id)))
        .containsEntry("result", "COMPLETED")
        .containsEntry("rollback_of", id);
    assertThat(estate.checker().digest()).isEqualTo(before);
  }

  @Test
  void waitsForAnotherPersonsApprovalAndGoesOn() {
    var asked = new ArrayList<String>();
    var client =
        client(
            ServingAgent.OPERATOR,
            form -> {
              asked.add(form.message());
              String id = form.message().substring(0, form.message().indexOf(' '));
              assertThat(
                      sidecar
                          .post("/v1/executions/" + id + "/approve", ServingAgent.OPERATOR, "")
                          .status())
                  .as("who asked is an approver, too")
                  .isEqualTo(403);
              assertThat(sidecar.approve(id).status()).isEqualTo(202);
              return ElicitResult.accept(Map.of("wait", true));
            });

    var ran = call(client, "run", Map.of("request", estate.change(), "approval", "manual"));

    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst()).contains(" is held: ");
    assertThat(ran).containsEntry("result", "COMPLETED");
  }

  @Test
  void saysWhatLeadsOnToAClientThatCantBeAsked() {
    var client = client(ServingAgent.OPERATOR, null);

    var held = call(client, "run", Map.of("request", estate.change(), "approval", "manual"));

    String id = String.valueOf(held.get("execution_id"));
    assertThat(held).containsEntry("result", "HELD");
    assertThat(String.valueOf(held.get("next"))).contains("deployclaw approve " + id, "status");
    assertThat(call(client, "status", Map.of("execution", id))).containsEntry("result", "HELD");
    assertThat(sidecar.approve(id).status()).isEqualTo(202);
    assertThat(call(client, "status", Map.of("execution", id, "wait_seconds", 60)))
        .containsEntry("result", "COMPLETED");
  }

  @Test
  void asksWhatIsUnclearAndRunsTheAnswerOnce() {
    var client = client(ServingAgent.OPERATOR, _ -> ElicitResult.decline());
    var arguments = Map.<String, Object>of("request", "raise umbrella's search limit");
    var first = client.tool("run").arguments(arguments).roundTimeout(SOON).callOnce();
    assertThat(first).isInstanceOf(InputRequiredResult.class);
    var asked = (InputRequiredResult) first;
    var answer =
        Map.<String, Object>of(
            "input", Map.of("action", "accept", "content", Map.of("answer", estate.change())));
    var again =
        client
            .tool("run")
            .arguments(arguments)
            .requestState(asked.requestState())
            .inputResponses(answer)
            .roundTimeout(SOON);

    var ran = structured((CallToolResult) again.callOnce());
    var repeated = structured((CallToolResult) again.callOnce());

    assertThat(ran).containsEntry("result", "COMPLETED");
    assertThat(repeated.get("execution_id")).isEqualTo(ran.get("execution_id"));
  }

  @Test
  void refusesAViewersRunAndChangesNothing() {
    String before = estate.checker().digest();
    var described =
        client(ServingAgent.OPERATOR, null).tools().list().tools().stream()
            .collect(Collectors.toMap(Tool::name, Function.identity()));
    for (var token : List.of(ServingAgent.VIEWER, ServingAgent.APPROVER)) {
      var client = client(token, null);

      for (var tool : List.of("run", "rollback")) {
        var given = tool.equals("run") ? Map.of("request", "apply") : Map.of("execution", "last");
        var refused =
            client.tool(described.get(tool)).arguments(Map.<String, Object>copyOf(given)).call();

        assertThat(refused.isError()).isTrue();
        assertThat(text(refused)).contains("role-missing", "lacks the role operator");
      }
    }
    assertThat(estate.checker().digest()).isEqualTo(before);
  }

  private static Map<String, Object> impact() {
    String policy =
        """
        apiVersion: deployclaw.dev/v1
        kind: RateLimitPolicy
        metadata: {tenant: umbrella}
        spec:
          limits:
            - {name: search, match: {service: search}, requests: 100, window: 1m}
        """;
    String line =
        "203.0.113.7 - umbrella [26/Nov/2026:06:00:01 +0000] \"GET /search HTTP/1.1\" 200 12 \"-\""
            + " \"-\"\n";
    return Map.of("access_log", line, "before", policy, "after", policy, "tenant_from", "user");
  }

  private static McpSyncClient client(
      String token, @Nullable Function<ElicitFormRequest, ElicitResult> answers) {
    var transport =
        HttpClientMcpTransport.builder(sidecar.address() + "/mcp")
            .requestCustomizer(
                McpHttpRequestCustomizer.fromSync(
                    (_, headers, _) -> headers.set("Authorization", "Bearer " + token)))
            .build();
    var builder =
        McpClient.sync(transport)
            .clientInfo(Implementation.builder("test of the lab", "1").build());
    return answers == null ? builder.build() : builder.formElicitation(answers::apply).build();
  }

  private static Map<String, Object> call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    return structured(
        client.tool(tool).arguments(arguments).roundTimeout(SOON).callTimeout(SOON).call());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> structured(CallToolResult result) {
    assertThat(result.isError()).as(text(result)).isNotEqualTo(true);
    return (Map<String, Object>) result.structuredContent();
  }

  private static String text(CallToolResult result) {
    return ((TextContent) result.content().getFirst()).text();
  }

  private static String text(McpSyncClient client, String uri) {
    return ((TextResourceContents) client.resource(uri).read().contents().getFirst()).text();
  }
}
