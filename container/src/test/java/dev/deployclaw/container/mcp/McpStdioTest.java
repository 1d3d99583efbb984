package dev.deployclaw.container.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.admin.CommandOutput;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.TerminalPrompt;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.testkit.BoundedWait;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.modern.server.transport.StdioMcpTransport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines on standard input, and the lines that answer. */
class McpStdioTest {
  @TempDir Path folder;

  @Test
  void answersLinesAndLivesThroughBadOnes() {
    String meta =
        "\"_meta\": {\"io.modelcontextprotocol/protocolVersion\": \"2026-07-28\","
            + " \"io.modelcontextprotocol/clientCapabilities\": {}}";

    var lines =
        said(
            "garbage",
            "x".repeat(5_000),
            "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\", \"params\": {"
                + meta
                + "}}",
            "{\"jsonrpc\": \"2.0\", \"id\": 2, \"method\": \"tools/call\", \"params\": {\"name\": \"run\","
                + " \"arguments\": {\"request\": \"apply\", \"approval\": \"manual\"}, "
                + meta
                + "}}");

    assertThat(lines).hasSize(3);
    assertThat(lines).anyMatch(line -> line.contains("-32700"));
    assertThat(lines)
        .anyMatch(line -> line.contains("\"rollback\"") && !line.contains("approve\","));
    assertThat(lines).anyMatch(line -> line.contains("commands can't ask for an approval"));
  }

  /** Of each line that is sent, once all are answered. */
  private List<String> said(String... lines) {
    var out = new ByteArrayOutputStream();
    var caller = new McpCaller("ann", Set.of(ApiRole.VIEWER, ApiRole.OPERATOR), () -> true);
    var server = McpServers.server(new CommandGateway((who, words) -> command(who, words)), caller);
    var in = new Lingering(String.join("\n", lines) + "\n", () -> count(out) >= lines.length - 1);
    new StdioMcpTransport(server, McpJsonDefaults.getMapper(), in, out, 4_096).start().block();
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static long count(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8).lines().count();
  }

  private CommandCaller.Ended command(String who, List<String> words) {
    var client =
        new CommandEnvironment.Client(
            folder, folder, Map.of(), false, who, RuntimeSource.OWN, TerminalPrompt.NONE);
    return CommandOutput.of(
        client, around -> CommandLineRunner.run(around, words.toArray(String[]::new)));
  }

  /** Ends once its reader has answered: the end closes the transport at once. */
  private static final class Lingering extends ByteArrayInputStream {
    private final BooleanSupplier answered;

    Lingering(String text, BooleanSupplier answered) {
      super(text.getBytes(StandardCharsets.UTF_8));
      this.answered = answered;
    }

    @Override
    public synchronized int read(byte[] into, int from, int count) {
      int read = super.read(into, from, count);
      if (read < 0) {
        BoundedWait.until("all is answered", Duration.ofSeconds(30), answered);
      }
      return read;
    }
  }
}
