package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Cause;
import java.util.List;
import java.util.Optional;

/**
 * How a request ended. The rest stands in the execution's log.
 *
 * @param execution its id; empty where none was begun
 * @param cause why nothing was committed, where that is known
 * @param found what a look found
 * @param questions what has to be answered first; for {@code NEEDS_CLARIFICATION} only
 */
public record Ended(
    String execution,
    Result result,
    ExitCode exit,
    String reason,
    Optional<Cause> cause,
    List<String> questions,
    Optional<LookReport> found) {
  public Ended {
    questions = List.copyOf(questions);
  }

  /** Of what was no look. */
  public Ended(
      String execution,
      Result result,
      ExitCode exit,
      String reason,
      Optional<Cause> cause,
      List<String> questions) {
    this(execution, result, exit, reason, cause, questions, Optional.empty());
  }

  Ended finding(LookReport report) {
    return new Ended(execution, result, exit, reason, cause, questions, Optional.of(report));
  }

  static Ended of(String execution, Ending ending) {
    return of(execution, ending, List.of());
  }

  static Ended of(String execution, Ending ending, List<String> questions) {
    return new Ended(
        execution, ending.result(), ending.exit(), ending.reason(), ending.cause(), questions);
  }

  public static Ended refused(String execution, String reason) {
    return of(execution, new Ending(Result.REFUSED, ExitCode.REFUSED, reason));
  }
}
