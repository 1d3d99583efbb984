package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;

/** A limit's numbers for people, on one line: {@code token-bucket, 600 in 1m, for each […]}. */
public final class LimitFormatter {
  private LimitFormatter() {}

  public static String numbers(Limit limit) {
    String rate =
        limit.algorithm() == LimitAlgorithm.CONCURRENCY
            ? limit.requests() + " at a time"
            : limit.requests() + " in " + PolicyYamlWriter.window(limit.window());
    String key = limit.key().isEmpty() ? "" : ", for each " + PolicyYamlWriter.key(limit.key());
    String mode = limit.mode() == EnforcementMode.SHADOW ? ", shadow: refuses nothing" : "";
    String leased =
        limit.precision().lease().map(l -> ", leased " + PolicyYamlWriter.lease(l)).orElse("");
    return limit.algorithm().word() + ", " + rate + key + leased + mode;
  }
}
