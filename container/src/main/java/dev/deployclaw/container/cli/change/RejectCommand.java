package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code reject ID}. */
@Command(
    name = "reject",
    description = "Refuse a held change, and remove what it staged.",
    footer = {"", "Example:  deployclaw reject arch-2026-11-24-rate-limit-003"})
public final class RejectCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  public RejectCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    return session.answer(session.changeService().reject(id, around.user()));
  }
}
