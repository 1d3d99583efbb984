package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;

/** {@code validate}. */
@Command(
    name = "validate",
    description = "Check policies and their enforcement; exit 8 if something is wrong.",
    footer = {"", "Example:  deployclaw validate && echo all is well"})
public final class ValidateCommand extends AgentCommand {
  public ValidateCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    return new ScanView(around).show(session.queries().validate(), shared.json());
  }
}
