package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.JavaProgram;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.modern.McpSchema.CallToolResult;
import io.modelcontextprotocol.modern.McpSchema.Tool;
import io.modelcontextprotocol.modern.client.McpClient;
import io.modelcontextprotocol.modern.client.McpSyncClient;
import io.modelcontextprotocol.modern.client.transport.StdioMcpClientTransport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code deployclaw mcp} as another agent starts it, with and without an agent that serves. */
@Slow(
    guard = "dev.deployclaw.container.mcp.McpStdioTest",
    because = "it starts programs on a real estate")
class McpCommandTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
  }

  @Test
  void speaksToTheAgentThatServes() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      var transport = transport();
      var client = McpClient.sync(transport).build();

      runsAndRollsBack(client);

      assertThat(sidecar.err()).as("it carried the command out").doesNotContain(" ERROR ");
      assertThat(sidecar.get("/metrics").body()).contains("deployclaw_leader");
      transport.close();
    }
  }

  @Test
  void worksAlone() {
    var transport = transport();
    runsAndRollsBack(McpClient.sync(transport).build());
    transport.close();
  }

  private static void runsAndRollsBack(McpSyncClient client) {
    String before = estate.checker().digest();

    assertThat(client.tools().list().tools())
        .extracting(Tool::name)
        .contains("run", "rollback", "plan")
        .doesNotContain("approve");
    assertThat(call(client, "plan", Map.of("request", estate.change())))
        .containsEntry("outcome", "planned");
    var ran = call(client, "run", Map.of("request", estate.change()));
    assertThat(ran)
        .containsEntry("result", "COMPLETED")
        .containsEntry("requester", System.getProperty("user.name"));
    String id = String.valueOf(ran.get("execution_id"));
    assertThat(call(client, "status", Map.of("execution", id)))
        .containsEntry("result", "COMPLETED");
    assertThat(client.resources().list().resources())
        .extracting(r -> r.uri())
        .contains("deployclaw://executions/" + id);
    assertThat(call(client, "rollback", Map.of("execution", id)))
        .containsEntry("result", "COMPLETED");
    assertThat(estate.checker().digest()).isEqualTo(before);
  }

  private static StdioMcpClientTransport transport() {
    var words = PROGRAM.command(List.of("mcp"));
    var environment = new TreeMap<>(LiveEstate.QUICK);
    environment.put("DEPLOYCLAW_CONFIG", estate.lab().config().toString());
    environment.put("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true");
    return StdioMcpClientTransport.builder(
            ServerParameters.builder(words.getFirst())
                .args(words.subList(1, words.size()))
                .env(environment)
                .build())
        .stderrConsumer(line -> {})
        .start();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.tool(tool).arguments(arguments).roundTimeout(SOON).callTimeout(SOON).call();
    assertThat(result.isError()).as(String.valueOf(result.content())).isNotEqualTo(true);
    return (Map<String, Object>) result.structuredContent();
  }
}
