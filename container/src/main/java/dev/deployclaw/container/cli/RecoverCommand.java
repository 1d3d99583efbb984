package dev.deployclaw.container.cli;

import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code recover}: what every command that writes does first, by itself. */
@Command(
    name = "recover",
    description = "Finish what an agent that died left behind; every change does this first.",
    footer = {
      "",
      "Examples:  deployclaw recover",
      "           deployclaw recover --accept-regression",
      "",
      "REGRESSED means that a back end is ahead of etcd, as after a restored backup. Restore the",
      "newer etcd if there is one. If what etcd says is to hold, --accept-regression raises its",
      "last epoch and term above all that any back end names, and puts the committed policies into",
      "force everywhere under a new epoch."
    })
final class RecoverCommand extends AgentCommand {
  @Option(
      names = "--accept-regression",
      description = "What etcd says holds, although back ends are ahead of it.")
  private boolean accepts;

  RecoverCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    if (accepts) {
      var request = new TaskRequest("recover --accept-regression", around().user(), Instant.now());
      return session.finish(session.architect().acceptRegression(request));
    }
    return new RecoveryView(around()).show(session.architect().recover(), json());
  }
}
