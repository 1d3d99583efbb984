package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.mcp.CommandCaller;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;

/** A command's output as a value. */
public final class CommandOutput {
  private CommandOutput() {}

  public static CommandCaller.Ended of(
      CommandEnvironment.Client client, ToIntFunction<CommandEnvironment> command) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var theirs = CommandEnvironment.remote(client, out, err);
    int exit = command.applyAsInt(theirs);
    theirs.out().flush();
    theirs.err().flush();
    return ended(exit, out, err);
  }

  static CommandCaller.Ended ended(int exit, ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new CommandCaller.Ended(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
