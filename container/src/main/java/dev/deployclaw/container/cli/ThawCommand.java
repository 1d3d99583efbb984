package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;

/** {@code thaw}. */
@Command(
    name = "thaw",
    description = "Let changes begin and commit again.",
    footer = {"", "Example:  deployclaw thaw"})
final class ThawCommand extends AgentCommand {
  ThawCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.finish(session.architect().thaw(around().user()));
  }
}
