package dev.deployclaw.core.runtime;

import java.util.List;

/**
 * How a request ended. The rest stands in the execution's log.
 *
 * @param execution its id; empty where none was begun
 * @param questions what has to be answered first; for {@code NEEDS_CLARIFICATION} only
 */
public record Ended(
    String execution, Result result, ExitCode exit, String reason, List<String> questions) {
  public Ended {
    questions = List.copyOf(questions);
  }

  static Ended of(String execution, Ending ending) {
    return new Ended(execution, ending.result(), ending.exit(), ending.reason(), List.of());
  }

  static Ended refused(String execution, String reason) {
    return new Ended(execution, Result.REFUSED, ExitCode.REFUSED, reason, List.of());
  }
}
