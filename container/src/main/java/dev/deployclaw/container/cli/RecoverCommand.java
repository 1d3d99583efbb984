package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;

/** {@code recover}: what every command that writes does first, by itself. */
@Command(
    name = "recover",
    description = "Finish what an agent that died left behind; every change does this first.",
    footer = {"", "Example:  deployclaw recover"})
final class RecoverCommand extends AgentCommand {
  RecoverCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return new RecoveryView(around()).show(session.architect().recover(), json());
  }
}
