package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code approve ID}. */
@Command(
    name = "approve",
    description = "Let a held change go on, and carry it out.",
    footer = {"", "Example:  deployclaw approve arch-2026-11-24-rate-limit-003"})
final class ApproveCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  ApproveCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.answer(session.architect().approve(id, around().user()));
  }
}
