package dev.deployclaw.policy.wire;

import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.match.Applied;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The short name of the rules that decide a request: the value of {@link DecideHeaders#RULE}. */
public final class RuleDigest {
  private static final int LENGTH = 16;

  private RuleDigest() {}

  /**
   * The start of the SHA-256, in hex, of one line {@code owner limit rule} for each limit, in the
   * order of {@link dev.deployclaw.policy.match.Matching#applied}.
   */
  public static String of(List<Applied> limits) {
    String lines =
        limits.stream()
            .map(a -> a.owner() + " " + a.limit().name() + " " + Rule.of(a.limit()).text() + "\n")
            .collect(Collectors.joining());
    return Canonical.sha256(lines.getBytes(StandardCharsets.UTF_8)).substring(0, LENGTH);
  }
}
