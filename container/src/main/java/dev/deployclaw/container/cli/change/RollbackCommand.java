package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.RequestDialogue;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.Rollback.RollbackPreview;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rollback ID|last}. */
@Command(
    name = "rollback",
    description = "Restore the policies from before a change, under a new epoch.",
    footer = {"", "Example:  deployclaw rollback last"})
public final class RollbackCommand extends AgentCommand {
  @Parameters(paramLabel = "ID|last", description = "The execution whose change is undone.")
  private String target = "";

  public RollbackCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    String id = around.masked(target); // a log names it before it is looked for
    var dialogue = new RequestDialogue(around, shared.json());
    var back = dialogue.asks() ? session.queries().rollback(id) : Optional.<RollbackPreview>empty();
    if (back.isPresent() && !dialogue.goesOn(back.get())) {
      around.warn("nothing was changed");
      return ExitCode.ABORTED.code();
    }
    String shown = back.map(RollbackPreview::undone).orElse(id); // whatever came after it
    return session.finish(session.changeService().rollback(shown, around.user()));
  }
}
