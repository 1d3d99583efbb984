package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Mode;

/** A limit's numbers for people, on one line: {@code token-bucket, 600 in 1m, for each […]}. */
public final class LimitText {
  private LimitText() {}

  public static String numbers(Limit limit) {
    String rate =
        limit.algorithm() == Algorithm.CONCURRENCY
            ? limit.requests() + " at a time"
            : limit.requests() + " in " + PolicyWriter.window(limit.window());
    String key = limit.key().isEmpty() ? "" : ", for each " + PolicyWriter.key(limit.key());
    String mode = limit.mode() == Mode.SHADOW ? ", shadow: refuses nobody" : "";
    return limit.algorithm().word() + ", " + rate + key + mode;
  }
}
