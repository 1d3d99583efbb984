package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history TENANT}. */
@Command(
    name = "history",
    description = {
      "Show what each committed epoch changed for a tenant and its groups.",
      "With time, requester, execution, result, and the values before and after."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw history umbrella",
      "  deployclaw history umbrella --limit 3",
      "  deployclaw history umbrella --json"
    })
public final class HistoryCommand extends AgentCommand {
  private static final int MOST = 256;

  @Parameters(paramLabel = "TENANT", description = "A tenant, or a group.")
  private String tenant = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Number of changes, latest first; 20 by default, at most 256.")
  private int limit;

  public HistoryCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    if (limit < 1 || limit > MOST) {
      throw wrong("--limit: " + limit + " is not from 1 to " + MOST);
    }
    return new HistoryView(around)
        .show(tenant, session.queries().history(tenant, limit), shared.json());
  }
}
