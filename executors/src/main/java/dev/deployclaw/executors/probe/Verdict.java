package dev.deployclaw.executors.probe;

/** What came of one synthetic request. */
sealed interface Verdict {
  /**
   * Answered as expected, by the rules expected.
   *
   * @param micros from the request's first byte to the end of the answer's headers
   */
  record AsExpected(boolean allowed, long micros) implements Verdict {}

  /** Answered, and not as the policy set says. */
  record Deviating(String how) implements Verdict {}

  /** Nobody decided: no answer, or one that says so. */
  record Undecided(String why) implements Verdict {}
}
