package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code reject ID}. */
@Command(
    name = "reject",
    description = "Refuse a held change, and remove what it staged.",
    footer = {"", "Example:  deployclaw reject arch-2026-11-24-rate-limit-003"})
final class RejectCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  RejectCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.answer(session.architect().reject(id, around().user()));
  }
}
