package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointReport.Member;
import java.util.Map;

/** Shows what a checkpoint is worth, and what a way back would do. */
public record CheckpointView(CommandEnvironment around) {
  /** Prints it and returns the exit code. */
  public int show(CheckpointReport answer, boolean json) {
    if (json) {
      around.out().println(JsonOutput.text(OutcomeDocuments.document(answer)));
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
