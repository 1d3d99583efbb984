package dev.deployclaw.executors.probe;

/** What came of one synthetic request. */
sealed interface ProbeVerdict {
  /**
   * Answered as expected, by the rules expected.
   *
   * @param micros from the request's first byte to the end of the answer's headers
   */
  record AsExpected(boolean allowed, long micros) implements ProbeVerdict {}

  /**
   * Answered, and not as the policy set says.
   *
   * @param epoch by which it was decided, where that is another one; else empty
   */
  record Deviating(String how, String epoch) implements ProbeVerdict {}

  /**
   * Nobody decided.
   *
   * @param answered whether there was an answer, which says so
   */
  record Undecided(String why, boolean answered) implements ProbeVerdict {}
}
