package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.RecoveryAnswer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows what was left unfinished, and how it ended. */
final class RecoveryView {
  private final Surroundings around;

  RecoveryView(Surroundings around) {
    this.around = around;
  }

  /** Prints it and returns the exit code. */
  int show(RecoveryAnswer answer, boolean json) {
    if (json) {
      around.out().println(Json.text(document(answer)));
    } else {
      print(answer);
    }
    new EndingView(around).tell(answer);
    return answer.exit().code();
  }

  private static Map<String, Object> document(RecoveryAnswer answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("finished", answer.finished().stream().map(RecoveryView::ended).toList());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    return out;
  }

  static Map<String, Object> ended(Ended ended) {
    var out = new LinkedHashMap<String, Object>();
    if (!ended.execution().isEmpty()) {
      out.put("execution_id", ended.execution());
    }
    out.put("result", ended.result().name());
    out.put("reason", ended.reason());
    return out;
  }

  private void print(RecoveryAnswer answer) {
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
