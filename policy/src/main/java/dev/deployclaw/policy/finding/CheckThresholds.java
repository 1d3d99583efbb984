package dev.deployclaw.policy.finding;

/**
 * From where on a number is reported.
 *
 * @param mostDriftMicros of a node's clock against the median of all
 * @param mostDriftErrorPercent requests admitted in error through drift, in percent of the limit
 * @param decisionBudgetMicros what a gateway waits for a decision (Envoy's default is 20 ms)
 * @param mostMemoryPercent of a node's {@code maxmemory} that rules and counters may take
 * @param largestStep the factor by which a limit may move without an approval
 */
public record CheckThresholds(
    long mostDriftMicros,
    int mostDriftErrorPercent,
    long decisionBudgetMicros,
    int mostMemoryPercent,
    int largestStep) {
  public static final CheckThresholds DEFAULT = new CheckThresholds(20_000, 1, 20_000, 50, 10);
}
