package dev.deployclaw.policy.finding;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;

/** How limits are said in findings. */
public final class LimitPhrases {
  private LimitPhrases() {}

  /** For example {@code checkout (1200 per 60 s, burst 200)}. */
  public static String of(Limit limit) {
    if (limit.algorithm() == LimitAlgorithm.CONCURRENCY) {
      return limit.name() + " (" + limit.requests() + " at the same time)";
    }
    String burst = limit.algorithm().bursts() ? ", burst " + limit.burst() : "";
    return "%s (%d per %d s%s)"
        .formatted(limit.name(), limit.requests(), limit.window().toSeconds(), burst);
  }

  /** Microseconds as milliseconds with one decimal, for example {@code 2.3 ms}. */
  public static String millis(long micros) {
    long tenths = Math.round(micros / 100.0);
    String sign = tenths < 0 ? "-" : "";
    return sign + Math.abs(tenths) / 10 + "." + Math.abs(tenths) % 10 + " ms";
  }
}
