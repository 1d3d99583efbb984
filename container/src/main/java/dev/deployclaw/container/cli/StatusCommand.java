package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;

/** {@code status}. */
@Command(
    name = "status",
    description = "What is committed, what is under way, what waits for a person.",
    footer = {"", "Example:  deployclaw status"})
final class StatusCommand extends AgentCommand {
  StatusCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return new StatusView(around()).show(session.architect().status(), json());
  }
}
