package dev.deployclaw.policy.decision;

/**
 * One counter that a request is charged to.
 *
 * @param counter names the counter; two charges of one request never share it
 * @param units how many ordinary requests this one counts for, 1 to 10^9; multiplies the rule's
 *     cost
 */
public record CounterCharge(String counter, LimitRule rule, long units) {
  public static final long MOST_UNITS = 1_000_000_000L;

  public CounterCharge {
    if (units < 1 || units > MOST_UNITS) {
      throw new IllegalArgumentException("units out of range: " + units);
    }
  }

  /** What one such request takes from the counter. At most 10^18. */
  long cost() {
    return rule.cost() * units;
  }
}
