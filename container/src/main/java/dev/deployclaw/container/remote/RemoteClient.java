package dev.deployclaw.container.remote;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.TerminalPrompt;
import dev.deployclaw.container.wiring.RuntimeSource;
import java.nio.file.Path;
import java.util.Map;

/** A client with its command, and the user whom the kernel names as the other end of the socket. */
public record RemoteClient(RemoteCommand command, String user, TerminalPrompt prompt) {
  public String[] arguments() {
    return command.arguments().toArray(String[]::new);
  }

  /** The configuration that the client would read. */
  public Path configuration() {
    return command.configuration();
  }

  public Map<String, String> environment() {
    return command.environment();
  }

  /** Which build of the program the client is. */
  public String program() {
    return command.environment().getOrDefault(ProgramIdentity.VARIABLE, "");
  }

  /** The client as commands see it. */
  public CommandEnvironment.Client in(RuntimeSource runtimes) {
    return new CommandEnvironment.Client(
        command.home(),
        command.working(),
        command.environment(),
        command.terminal(),
        user,
        runtimes,
        prompt);
  }
}
