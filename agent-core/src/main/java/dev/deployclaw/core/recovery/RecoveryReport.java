package dev.deployclaw.core.recovery;

import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.util.List;

/**
 * The result of a recovery.
 *
 * @param exit {@code OK} where nothing is left to be finished
 * @param finished the executions that were brought to their end
 * @param reason what is in the way; empty where nothing does
 */
public record RecoveryReport(ExitCode exit, List<RequestOutcome> finished, String reason) {
  public RecoveryReport {
    finished = List.copyOf(finished);
  }
}
