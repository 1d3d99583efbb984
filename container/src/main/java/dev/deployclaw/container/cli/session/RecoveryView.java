package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.RequestOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows what was left unfinished, and how it ended. */
public record RecoveryView(CommandEnvironment around) {
  /** Prints it and returns the exit code. */
  public int show(RecoveryReport answer, boolean json) {
    if (json) {
      around.json(document(answer));
    } else {
      print(answer);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  private static Map<String, Object> document(RecoveryReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("finished", answer.finished().stream().map(RecoveryView::ended).toList());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    return out;
  }

  static Map<String, Object> ended(RequestOutcome ended) {
    var out = new LinkedHashMap<String, Object>();
    if (!ended.execution().isEmpty()) {
      out.put("execution_id", ended.execution());
    }
    out.put("result", ended.result().name());
    out.put("reason", ended.reason());
    return out;
  }

  private void print(RecoveryReport answer) {
    for (var ended : answer.finished()) {
      around.say(ended.execution() + ": " + ended.result() + ", " + ended.reason());
    }
    if (!answer.reason().isEmpty()) {
      around.say(answer.reason());
    } else if (answer.finished().isEmpty()) {
      around.say("nothing was left unfinished");
    }
  }
}
