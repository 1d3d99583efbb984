package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drift}. */
@Command(
    name = "drift",
    description = {
      "Show where enforced policies differ from committed ones. Changes nothing.",
      "With --repair it writes the committed epoch to each member that differs."
    },
    footer = {
      "",
      "Exit codes:  0 no drift, or all of it repaired; 4 a person has to decide; 7 something isn't",
      "             repaired; 8 drift; 10 a needed back end can't be reached; 11 frozen, or another",
      "             agent leads",
      "Examples:",
      "  deployclaw drift",
      "  deployclaw drift --repair",
      "  deployclaw drift --json"
    })
public final class DriftCommand extends AgentCommand {
  @Option(
      names = "--repair",
      description = "Write the committed epoch to each member that differs. Never a new epoch.")
  private boolean repair;

  public DriftCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    if (repair) {
      return session.finish(session.changeService().repair(around.request("repair the drift")));
    }
    return new ScanView(around).drift(session.queries().drift(), shared.json());
  }
}
