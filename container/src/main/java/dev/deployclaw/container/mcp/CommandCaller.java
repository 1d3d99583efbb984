package dev.deployclaw.container.mcp;

import java.util.List;

/** Runs commands of the command line for a caller. */
@FunctionalInterface
public interface CommandCaller {
  /**
   * Runs one to its end.
   *
   * @param user who asks, as the log names them
   */
  Ended run(String user, List<String> arguments);

  /**
   * What became of it.
   *
   * @param out what it printed: one JSON document
   * @param err what it told people
   */
  record Ended(int exit, String out, String err) {}
}
