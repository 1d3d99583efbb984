package dev.deployclaw.container.cli.console;

import dev.deployclaw.core.result.ExitCode;
import java.util.LinkedHashMap;

/**
 * Why a command could not begin, or did not come to its answer.
 *
 * @param reason one line, or one for each of several reasons
 */
public record CommandFailure(ExitCode exit, String reason) {

  public static CommandFailure usage(String reason) {
    return new CommandFailure(ExitCode.WRONG_USAGE, reason);
  }

  /** There is no such execution on this machine. */
  public static CommandFailure noExecution(String id) {
    return usage("there is no execution " + id + "; see: deployclaw log last");
  }

  /** Tells people on standard error and programs on standard output; returns the exit code. */
  public int report(CommandEnvironment around, boolean json) {
    reason.lines().forEach(line -> around.warn("deployclaw: " + line));
    if (json) {
      var document = new LinkedHashMap<String, Object>();
      document.put("outcome", "error");
      document.put("exit", exit.code());
      document.put("reason", reason);
      around.json(document);
    }
    return exit.code();
  }
}
