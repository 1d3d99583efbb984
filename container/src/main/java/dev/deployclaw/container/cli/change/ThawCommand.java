package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;

/** {@code thaw}. */
@Command(
    name = "thaw",
    description = "Let changes begin and commit again.",
    footer = {"", "Example:  deployclaw thaw"})
public final class ThawCommand extends AgentCommand {
  public ThawCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    return session.finish(session.changeService().thaw(around.user()));
  }
}
