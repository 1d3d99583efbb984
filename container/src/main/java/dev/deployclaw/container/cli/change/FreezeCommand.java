package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.secret.TypedText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freeze REASON}. */
@Command(
    name = "freeze",
    description = {
      "Stop every change that isn't committed, until the next thaw.",
      "It also stops an agent that is at work; a rollback still goes through."
    },
    footer = {"", "Example:  deployclaw freeze incident 4711"})
public final class FreezeCommand extends AgentCommand {
  @Parameters(
      paramLabel = "REASON",
      arity = "1..*",
      description = "The reason; `status` and each stopped change show it.")
  private List<String> reason = List.of();

  public FreezeCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    String words = TypedText.of(String.join(" ", reason)).maskedOrLeftOut(around.runtimes().mask());
    return session.finish(session.changeService().freeze(around.user(), words));
  }
}
