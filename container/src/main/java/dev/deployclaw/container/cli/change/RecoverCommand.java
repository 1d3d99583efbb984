package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.RecoveryView;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code recover}: what every command that writes does first, by itself. */
@Command(
    name = "recover",
    description = "Finish the work of an agent that died; every change does this first.",
    footer = {
      "",
      "Examples:  deployclaw recover",
      "           deployclaw recover --leave-out gateway/edge/gw-03",
      "           deployclaw recover --accept-regression",
      "",
      "A rollback restores each member that it can, and waits for the others, which it names.",
      "--leave-out ends it without those of the named members that still can't: your decision is",
      "kept in the log. They are drift until deployclaw drift --repair restores them.",
      "",
      "REGRESSED means that a back end is ahead of etcd, as after a restored backup. Restore the",
      "newer etcd if there is one. Otherwise --accept-regression keeps etcd as it is: it raises",
      "the last epoch and term above those of every back end, and enforces the committed policies",
      "everywhere under a new epoch."
    })
public final class RecoverCommand extends AgentCommand {
  @Option(
      names = "--accept-regression",
      description = "Accept the state of etcd, although back ends are ahead of it.")
  private boolean accepts;

  @Option(
      names = "--leave-out",
      paramLabel = "MEMBER",
      split = ",",
      description = "A member that the rollback leaves out; repeat it, or separate by commas.")
  private List<String> members = List.of();

  public RecoverCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    if (accepts && !members.isEmpty()) {
      around.warn(
          "deployclaw: --accept-regression and --leave-out are two decisions: take one at a"
              + " time");
      return ExitCode.WRONG_USAGE.code();
    }
    if (accepts) {
      var request = new TaskRequest("recover --accept-regression", around.user(), Instant.now());
      return session.finish(session.changeService().acceptRegression(request));
    }
    var changeService = session.changeService();
    var answer =
        members.isEmpty()
            ? changeService.recover()
            : changeService.leaveOut(members, around.user());
    return new RecoveryView(around).show(answer, shared.json());
  }
}
