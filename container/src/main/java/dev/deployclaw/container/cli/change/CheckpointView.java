package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointReport.Member;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Shows what a checkpoint is worth, and what a way back would do. */
public record CheckpointView(CommandEnvironment around) {
  /** Prints it and returns the exit code. */
  public int show(CheckpointReport answer, boolean json) {
    if (json) {
      around.out().println(JsonOutput.text(document(answer)));
    } else {
      print(answer);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  static Map<String, Object> document(CheckpointReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", answer.execution());
    out.put("holds", answer.exit() == ExitCode.OK);
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("checkpoint", new TreeMap<>(answer.facts()));
    out.put("rollback", answer.rollback());
    out.put("members", answer.members().stream().map(Member::toMap).toList());
    return out;
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
