package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointReport.Member;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code checkpoint verify ID}. */
@Command(
    name = "checkpoint",
    description = "Check the proof that a rollback is possible, and rehearse it.",
    footer = {
      "",
      "Exit codes:  0 it is intact, 7 partly unknown, 8 it is damaged",
      "Examples:    deployclaw checkpoint verify last",
      "             deployclaw checkpoint verify arch-2026-11-24-rate-limit-003 --json"
    })
public final class CheckpointCommand {
  private final CommandEnvironment around;

  public CheckpointCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = {
        "Hash a checkpoint's object again, and rehearse the rollback. Nothing is changed.",
        "Compares it with its marker in etcd, and reports what would happen to each member."
      })
  int verify(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "ID",
              description = "The id of a change or a snapshot, or `last`: the committed change.")
          String id)
      throws InvalidConfigException, SetupException, InterruptedException {
    try (var session = AgentSession.open(around, shared)) {
      var answer = session.queries().verifyCheckpoint(id);
      return new CheckpointView(around).show(answer, shared.json());
    }
  }

  /** Shows what a checkpoint is worth, and what a way back would do. */
  public record CheckpointView(CommandEnvironment around) {
    /** Prints it and returns the exit code. */
    public int show(CheckpointReport answer, boolean json) {
      if (json) {
        around.json(OutcomeDocuments.document(answer));
      } else {
        print(answer);
      }
      new FailureExplanationView(around).tell(answer);
      return answer.exit().code();
    }

    private void print(CheckpointReport answer) {
      answer.facts().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(f -> around.say(f.getKey() + ": " + f.getValue()));
      for (var member : answer.members()) {
        around.say(member.member() + ": would " + words(member) + ", " + member.detail());
      }
      if (answer.exit() == ExitCode.OK) {
        around.say("the checkpoint is intact; nothing was changed");
        around.say(
            answer.rollback().equals(CheckpointReport.POSSIBLE)
                ? "a rollback is possible: deployclaw rollback " + answer.execution()
                : "a rollback would be refused: " + answer.rollback());
      }
    }

    private static String words(Member member) {
      return switch (member.word()) {
        case "unreachable" -> "not be reached";
        case "unknown" -> "be left as it is";
        default -> member.word();
      };
    }
  }
}
