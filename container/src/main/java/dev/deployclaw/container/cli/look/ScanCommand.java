package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;

/** {@code scan}. */
@Command(
    name = "scan",
    description = "Show what is enforced now, compared with what is committed. Changes nothing.",
    footer = {"", "Example:  deployclaw scan --json"})
public final class ScanCommand extends AgentCommand {
  public ScanCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    return new ScanView(around).show(session.queries().scan(), shared.json());
  }
}
