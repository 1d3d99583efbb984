package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rollback ID|last}. */
@Command(
    name = "rollback",
    description = "Put back what stood before a change, under a new epoch.",
    footer = {"", "Example:  deployclaw rollback last"})
final class RollbackCommand extends AgentCommand {
  @Parameters(paramLabel = "ID|last", description = "The execution whose change is undone.")
  private String target = "";

  RollbackCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.finish(session.architect().rollback(target, around().user()));
  }
}
