package dev.deployclaw.core.runtime;

import java.util.List;

/**
 * What a recovery came to.
 *
 * @param exit {@code OK} where nothing is left to be finished
 * @param finished the executions that were brought to their end
 * @param reason what stands in the way; empty where nothing does
 */
public record RecoveryAnswer(ExitCode exit, List<Ended> finished, String reason) {
  public RecoveryAnswer {
    finished = List.copyOf(finished);
  }
}
