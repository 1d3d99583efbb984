package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.look.StatusView.RelatedState;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.schedule.ScheduleReport;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    var watched = MonitorStateFile.read(session.stateDir(), Instant.now());
    var status = session.queries().status();
    var related = beside(session, watched).with(session.host());
    return new StatusView(around).show(status, related, shared.json());
  }

  /** Where the state store can't be reached, the status says so. */
  private static RelatedState beside(AgentSession session, Optional<MonitorStateFile> watched)
      throws InterruptedException {
    try {
      var queries = session.queries();
      var stuck = session.stream().stuck();
      return new RelatedState(
          queries.regressed(), queries.scheduled(), watched, stuck, Optional.empty());
    } catch (Unreachable e) {
      return new RelatedState(
          List.of(), ScheduleReport.NOTHING, watched, List.of(), Optional.empty());
    }
  }
}
