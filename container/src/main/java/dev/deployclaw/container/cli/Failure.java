package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.ExitCode;
import java.util.LinkedHashMap;

/**
 * Why a command could not begin, or did not come to its answer.
 *
 * @param reason one line, or one for each of several reasons
 */
public record Failure(ExitCode exit, String reason) {

  public static Failure usage(String reason) {
    return new Failure(ExitCode.WRONG_USAGE, reason);
  }

  /** There is no such execution on this machine. */
  static Failure noExecution(String id) {
    return usage("there is no execution " + id + "; see: deployclaw log last");
  }

  /** Tells people on standard error and programs on standard output; returns the exit code. */
  public int report(Surroundings around, boolean json) {
    reason.lines().forEach(line -> around.warn("deployclaw: " + line));
    if (json) {
      var document = new LinkedHashMap<String, Object>();
      document.put("outcome", "error");
      document.put("exit", exit.code());
      document.put("reason", reason);
      around.out().println(Json.text(document));
    }
    return exit.code();
  }
}
