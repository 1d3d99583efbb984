package dev.deployclaw.container.cli;

import java.time.Instant;
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
    return new StatusView(around()).show(session.architect().status(), watched, json());
  }
}
