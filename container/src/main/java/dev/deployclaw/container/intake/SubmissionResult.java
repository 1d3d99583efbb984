package dev.deployclaw.container.intake;

import java.time.Duration;

/** The answer to a submission. */
public sealed interface SubmissionResult {
  record Accepted(String execution) implements SubmissionResult {}

  /** The same was submitted before under this key. */
  record Repeated(String execution) implements SubmissionResult {}

  /** Something else was submitted before under this key. */
  record KeyReused(String execution) implements SubmissionResult {}

  /**
   * No place is free.
   *
   * @param waiting how many tasks of the lane wait
   */
  record Full(int waiting, Duration retryAfter) implements SubmissionResult {}

  /** The agent stops. */
  record Closed() implements SubmissionResult {}
}
