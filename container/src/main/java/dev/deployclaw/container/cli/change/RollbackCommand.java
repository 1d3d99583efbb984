package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rollback ID|last}. */
@Command(
    name = "rollback",
    description = "Restore the policies from before a change, under a new epoch.",
    footer = {"", "Example:  deployclaw rollback last"})
public final class RollbackCommand extends AgentCommand {
  @Parameters(paramLabel = "ID|last", description = "The execution whose change is undone.")
  private String target = "";

  public RollbackCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    String id = around.masked(target); // a log names it before it is looked for
    return session.finish(session.changeService().rollback(id, around.user()));
  }
}
