package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.config.SetupException;

/** A command that needs the whole agent: opens it, uses it, closes it. */
public abstract class AgentCommand extends ConsoleCommand {
  public AgentCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public final Integer call() throws Exception {
    try (var session = AgentSession.open(around, shared)) {
      return use(session);
    }
  }

  /** Does the work and returns the exit code. */
  public abstract int use(AgentSession session) throws SetupException, InterruptedException;
}
