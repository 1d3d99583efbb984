package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;

/** {@code validate}. */
@Command(
    name = "validate",
    description = "Check policies and what is enforced; exit 8 where something is amiss.",
    footer = {"", "Example:  deployclaw validate && echo all is well"})
final class ValidateCommand extends AgentCommand {
  ValidateCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return new ScanView(around()).show(session.architect().validate(), json());
  }
}
