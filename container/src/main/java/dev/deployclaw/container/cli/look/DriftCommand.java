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
      "What is enforced and isn't what is committed. Changes nothing by itself.",
      "With --repair the committed epoch is put back at whoever differs, and read back."
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
      description = "Put the committed epoch back at whoever differs. Never a new epoch.")
  private boolean repair;

  public DriftCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    if (repair) {
      return session.finish(session.changeService().repair(around().request("repair the drift")));
    }
    return new ScanView(around()).drift(session.queries().drift(), json());
  }
}
