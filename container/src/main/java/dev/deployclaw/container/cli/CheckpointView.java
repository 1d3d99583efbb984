package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.CheckpointAnswer;
import dev.deployclaw.core.runtime.CheckpointAnswer.Member;
import dev.deployclaw.core.runtime.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Shows what a checkpoint is worth, and what a way back would do. */
final class CheckpointView {
  private final Surroundings around;

  CheckpointView(Surroundings around) {
    this.around = around;
  }

  /** Prints it and returns the exit code. */
  int show(CheckpointAnswer answer, boolean json) {
    if (json) {
      around.out().println(Json.text(document(answer)));
    } else {
      print(answer);
    }
    new EndingView(around).tell(answer);
    return answer.exit().code();
  }

  static Map<String, Object> document(CheckpointAnswer answer) {
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

  private void print(CheckpointAnswer answer) {
    answer.facts().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(f -> around.say(f.getKey() + ": " + f.getValue()));
    for (var member : answer.members()) {
      around.say(member.member() + ": would " + words(member) + ", " + member.detail());
    }
    if (answer.exit() == ExitCode.OK) {
      around.say("the checkpoint holds; nothing was changed");
      around.say(
          answer.rollback().equals(CheckpointAnswer.POSSIBLE)
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
