package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.decide.Decision;
import dev.deployclaw.policy.decide.Decision.Verdict;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.wire.DecideHeaders;
import java.util.List;
import java.util.Map;

/**
 * The older {@code X-RateLimit-*} headers, for clients that know no others: of all enforced limits
 * the one of which the fewest requests are left. Reset is in seconds from now.
 */
final class OldHeaders {
  private static final long MICROS = 1_000_000;

  private OldHeaders() {}

  /** Adds none where no limit is enforced. */
  static void add(Claim claim, List<Verdict> verdicts, Map<String, String> headers) {
    int least = least(claim, verdicts);
    if (least < 0) {
      return;
    }
    var rule = claim.items().get(least).rule();
    var verdict = verdicts.get(least);
    headers.put(DecideHeaders.OLD_LIMIT, Long.toString(rule.capacity() / rule.cost()));
    headers.put(DecideHeaders.OLD_REMAINING, Long.toString(left(claim, verdicts, least)));
    if (verdict.resetMicros() < Decision.NEVER) {
      headers.put(
          DecideHeaders.OLD_RESET, Long.toString(Math.ceilDiv(verdict.resetMicros(), MICROS)));
    }
  }

  /** The place of the limit with the fewest requests left; -1 where none is enforced. */
  static int least(Claim claim, List<Verdict> verdicts) {
    int least = -1;
    for (int i = 0; i < claim.items().size(); i++) {
      boolean enforced = claim.items().get(i).rule().enforced();
      if (enforced && (least < 0 || left(claim, verdicts, i) < left(claim, verdicts, least))) {
        least = i;
      }
    }
    return least;
  }

  private static long left(Claim claim, List<Verdict> verdicts, int i) {
    return verdicts.get(i).remaining() / claim.items().get(i).rule().cost();
  }
}
