package dev.deployclaw.policy.wire;

import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.match.AppliedLimit;
import java.util.List;
import java.util.stream.Collectors;

/** The short name of the rules that decide a request: the value of {@link DecideHeaders#RULE}. */
public final class RuleDigest {
  private static final int LENGTH = 16;

  private RuleDigest() {}

  /**
   * The start of the SHA-256, in hex, of one line {@code owner limit rule} for each limit, in the
   * order of {@link dev.deployclaw.policy.match.LimitMatcher#applied}.
   */
  public static String of(List<AppliedLimit> limits) {
    String lines =
        limits.stream()
            .map(a ->
                a.owner() + " " + a.limit().name() + " " + LimitRule.of(a.limit()).text() + "\n")
            .collect(Collectors.joining());
    return CanonicalJson.sha256(lines).substring(0, LENGTH);
  }
}
