package dev.deployclaw.policy.decision;

import java.util.List;

/**
 * What came of an {@link AdmissionRequest}.
 *
 * @param admitted how many of the equal requests were admitted
 * @param retryAfterMicros how long the first refused request must wait; 0 where none was refused,
 *     {@link #NEVER} where waiting doesn't help
 * @param verdicts one for each charge, in its order
 */
public record AdmissionDecision(
    boolean allowed, long admitted, long retryAfterMicros, List<Verdict> verdicts) {

  /** Microseconds that stand for "never": 2^51, some 71 years. */
  public static final long NEVER = 1L << 51;

  public AdmissionDecision {
    verdicts = List.copyOf(verdicts);
  }

  /**
   * What one limit said, its numbers as of after the decision.
   *
   * @param fits how many of the equal requests this limit alone admits
   * @param remaining whole units of cost left
   * @param resetMicros until the counter is idle again, at most {@link #NEVER}
   * @param waitMicros until one more such request fits; 0 where it fits now
   */
  public record Verdict(long fits, long remaining, long resetMicros, long waitMicros) {}
}
