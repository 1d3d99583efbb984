package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code approve ID}. */
@Command(
    name = "approve",
    description = "Let a held change go on, and carry it out.",
    footer = {
      "",
      "Examples:  deployclaw approve arch-2026-11-24-rate-limit-003",
      "           deployclaw approve arch-2026-11-24-rate-limit-003 --plan 1a2b3c4d5e6f"
    })
final class ApproveCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  @Option(
      names = "--plan",
      paramLabel = "HASH",
      defaultValue = "",
      description = "Only if this is its plan's hash, as its log says, or how that begins.")
  private String plan = "";

  ApproveCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.answer(session.architect().approve(id, around().user(), plan));
  }
}
