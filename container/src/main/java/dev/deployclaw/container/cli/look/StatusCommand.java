package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.look.StatusView.RelatedState;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code status}. */
@Command(
    name = "status",
    description = "Show what is committed, what is under way, and what waits for a person.",
    footer = {"", "Example:  deployclaw status"})
public final class StatusCommand extends AgentCommand {
  public StatusCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    var queries = session.queries();
    var status = queries.status();
    boolean away = !status.unreachable().isEmpty();
    var beside =
        new RelatedState(
            away ? List.of() : queries.regressed(),
            MonitorStateFile.read(session.config().stateDir(), Instant.now()),
            away ? List.of() : session.stream().stuck(),
            session.host());
    return new StatusView(around).show(status, beside, shared.json());
  }
}
