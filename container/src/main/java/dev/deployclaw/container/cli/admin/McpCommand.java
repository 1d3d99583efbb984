package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.mcp.CommandCaller;
import dev.deployclaw.container.mcp.CommandGateway;
import dev.deployclaw.container.mcp.McpCaller;
import dev.deployclaw.container.mcp.McpServers;
import dev.deployclaw.container.remote.RemoteCommandClient;
import dev.deployclaw.core.result.ExitCode;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.modern.server.transport.StdioMcpTransport;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** {@code mcp}: serves one agent on standard input and output until that closes. */
@Command(
    name = "mcp",
    description =
        "Serve another agent by the Model Context Protocol, on standard input and output.",
    footer = {
      "",
      "Example:  deployclaw mcp --config /etc/deployclaw/deployclaw.yaml",
      "Another agent starts it, and sends JSON-RPC lines. Its tools are commands in",
      "this user's name; none approves. See AGENTS.md."
    })
public final class McpCommand extends ConsoleCommand {
  private static final int MOST_CHARACTERS = 1 << 20;

  private final ServeCommand.CommandRunner commands;

  public McpCommand(CommandEnvironment around, ServeCommand.CommandRunner commands) {
    super(around);
    this.commands = commands;
  }

  @Override
  public Integer call() {
    var caller = new McpCaller(around.user(), Set.of(ApiRole.VIEWER, ApiRole.OPERATOR), () -> true);
    var server = McpServers.server(new CommandGateway((_, given) -> run(given)), caller);
    new StdioMcpTransport(
            server, McpJsonDefaults.getMapper(), System.in, around.out(), MOST_CHARACTERS)
        .start()
        .block();
    return ExitCode.OK.code();
  }

  /** By the agent that serves, where one does. */
  private CommandCaller.Ended run(List<String> given) {
    var arguments = shared.configured(given, around.working());
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var served =
        RemoteCommandClient.run(
            around.home(),
            new RemoteCommandClient.Output(out, err, InputStream.nullInputStream()),
            arguments);
    if (served.isPresent()) {
      return CommandOutput.ended(served.getAsInt(), out, err);
    }
    var own = around.program(around.user(), around.runtimes());
    return CommandOutput.of(own, theirs -> commands.run(theirs, arguments));
  }
}
