package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code reject ID}. */
@Command(
    name = "reject",
    description = "Refuse a held change, and remove what it staged.",
    footer = {"", "Example:  deployclaw reject arch-2026-11-24-rate-limit-003"})
public final class RejectCommand extends AgentCommand {
  @Parameters(paramLabel = "ID|last", description = "The execution, as `status` shows it.")
  private String id = "";

  public RejectCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws SetupException, InterruptedException {
    id = AgentSession.named(id, session.queries()::waiting);
    return session.answer(judged(session.changeService().reject(id, around.user())));
  }

  /** Where the change was ended by this word, the command did what it was for. */
  static RequestOutcome judged(RequestOutcome ended) {
    return ended.exit() == ExitCode.ABORTED
            && ended.cause().equals(Optional.of(AbortCause.REJECTED))
        ? ended.exiting(ExitCode.OK)
        : ended;
  }
}
