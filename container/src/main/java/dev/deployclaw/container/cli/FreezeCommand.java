package dev.deployclaw.container.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freeze REASON}. */
@Command(
    name = "freeze",
    description = {
      "Stop every change that isn't committed, until somebody thaws.",
      "It works against an agent that is at work; a rollback still goes through."
    },
    footer = {"", "Example:  deployclaw freeze incident 4711"})
final class FreezeCommand extends AgentCommand {
  @Parameters(
      paramLabel = "REASON",
      arity = "1..*",
      description = "Why; `status` and whoever is stopped are told.")
  private List<String> reason = List.of();

  FreezeCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    return session.finish(session.architect().freeze(around().user(), String.join(" ", reason)));
  }
}
