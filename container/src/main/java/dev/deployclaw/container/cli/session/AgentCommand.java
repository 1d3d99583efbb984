package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.config.SetupException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that needs the whole agent: opens it, uses it, closes it. */
public abstract class AgentCommand implements Callable<Integer> {
  private final CommandEnvironment around;

  @Mixin private final CommonOptions shared = new CommonOptions();

  public AgentCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public final Integer call() throws Exception {
    try (var session = AgentSession.open(around, shared)) {
      return use(session);
    }
  }

  /** Does the work and returns the exit code. */
  public abstract int use(AgentSession session) throws SetupException, InterruptedException;

  public CommandEnvironment around() {
    return around;
  }

  public boolean json() {
    return shared.json();
  }
}
