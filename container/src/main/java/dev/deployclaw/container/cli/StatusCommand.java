package dev.deployclaw.container.cli;

import dev.deployclaw.container.cli.StatusView.Beside;
import dev.deployclaw.core.runtime.ScheduleAnswer;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code status}. */
@Command(
    name = "status",
    description = "What is committed, what is under way, what waits for a person.",
    footer = {"", "Example:  deployclaw status"})
final class StatusCommand extends AgentCommand {
  StatusCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    var watched = WatchFile.read(session.stateDir(), Instant.now());
    var status = session.architect().status();
    return new StatusView(around()).show(status, beside(session, watched), json());
  }

  /** Where the state store can't be reached, the status says so. */
  private static Beside beside(Session session, Optional<WatchFile> watched)
      throws InterruptedException {
    try {
      var architect = session.architect();
      var stuck = session.stream().stuck();
      return new Beside(architect.regressed(), architect.scheduled(), watched, stuck);
    } catch (Unreachable e) {
      return new Beside(List.of(), ScheduleAnswer.NOTHING, watched);
    }
  }
}
