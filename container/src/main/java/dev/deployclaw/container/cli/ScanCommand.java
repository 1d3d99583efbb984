package dev.deployclaw.container.cli;

import picocli.CommandLine.Command;

/** {@code scan}. */
@Command(
    name = "scan",
    description = "What is enforced now, against what is committed. Changes nothing.",
    footer = {"", "Example:  deployclaw scan --json"})
final class ScanCommand extends AgentCommand {
  ScanCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return new ScanView(around()).show(session.architect().scan(), json());
  }
}
