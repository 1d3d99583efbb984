package dev.deployclaw.core.result;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.machine.AbortCause;
import java.util.List;
import java.util.Optional;

/**
 * How a request ended. The rest stands in the execution's log.
 *
 * @param execution its id; empty where none was begun
 * @param cause why nothing was committed, where that is known
 * @param found what a look found
 * @param clarifications what has to be answered first; for {@code NEEDS_CLARIFICATION} only
 */
public record RequestOutcome(
    String execution,
    ExecutionStatus result,
    ExitCode exit,
    String reason,
    Optional<AbortCause> cause,
    List<ClarificationQuestion> clarifications,
    Optional<QueryReport> found) {
  public RequestOutcome {
    clarifications = List.copyOf(clarifications);
  }

  public List<String> questions() {
    return clarifications.stream().map(ClarificationQuestion::text).toList();
  }

  public RequestOutcome finding(QueryReport report) {
    return new RequestOutcome(
        execution, result, exit, reason, cause, clarifications, Optional.of(report));
  }

  /** The same, with another exit code of a command whose purpose it was. */
  public RequestOutcome exiting(ExitCode code) {
    return new RequestOutcome(execution, result, code, reason, cause, clarifications, found);
  }

  public static RequestOutcome of(String execution, ExecutionOutcome ending) {
    return of(execution, ending, List.of());
  }

  public static RequestOutcome of(
      String execution, ExecutionOutcome ending, List<ClarificationQuestion> questions) {
    return new RequestOutcome(
        execution,
        ending.result(),
        ending.exit(),
        ending.reason(),
        ending.cause(),
        questions,
        Optional.empty());
  }

  public static RequestOutcome refused(String execution, String reason) {
    return of(execution, ExecutionOutcome.refused(reason));
  }
}
