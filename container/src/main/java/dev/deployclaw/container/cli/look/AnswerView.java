package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.result.ExitCode;
import java.util.LinkedHashMap;

/** Shows what reading answers to a question about the estate. */
public record AnswerView(CommandEnvironment around) {
  /** Prints it and returns the exit code. */
  public int show(EstateAnswer answer, boolean json) {
    if (json) {
      var document = new LinkedHashMap<String, Object>();
      document.put("outcome", "answered");
      document.put("answer", answer.toMap());
      around.json(document);
    } else {
      answer.statements().forEach(s -> around.say(s.text()));
      answer.unknown().forEach(u -> around.say("UNKNOWN: " + u));
    }
    if (answer.exit() != ExitCode.OK) {
      around.warn(
          "deployclaw: "
              + String.join("; ", answer.unknown())
              + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }
}
