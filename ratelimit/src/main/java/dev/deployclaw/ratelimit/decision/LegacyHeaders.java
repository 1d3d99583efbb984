package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.DecideHeaders;
import java.util.List;
import java.util.Map;

/**
 * The older {@code X-RateLimit-*} headers, for clients that know no others: of all enforced limits
 * the one of which the fewest requests are left. Reset is in seconds from now.
 */
final class LegacyHeaders {
  private static final long MICROS = 1_000_000;

  private LegacyHeaders() {}

  /** Adds none where no limit is enforced. */
  static void add(RequestCharges claim, List<Verdict> verdicts, Map<String, String> headers) {
    int least = least(claim, verdicts);
    if (least < 0) {
      return;
    }
    var rule = claim.items().get(least).rule();
    var verdict = verdicts.get(least);
    headers.put(DecideHeaders.OLD_LIMIT, Long.toString(rule.capacity() / rule.cost()));
    headers.put(DecideHeaders.OLD_REMAINING, Long.toString(left(claim, verdicts, least)));
    if (verdict.resetMicros() < AdmissionDecision.NEVER) {
      headers.put(
          DecideHeaders.OLD_RESET, Long.toString(Math.ceilDiv(verdict.resetMicros(), MICROS)));
    }
  }

  /** The place of the limit with the fewest requests left; -1 where none is enforced. */
  static int least(RequestCharges claim, List<Verdict> verdicts) {
    int least = -1;
    for (int i = 0; i < claim.items().size(); i++) {
      boolean enforced = claim.items().get(i).rule().enforced();
      if (enforced && (least < 0 || left(claim, verdicts, i) < left(claim, verdicts, least))) {
        least = i;
      }
    }
    return least;
  }

  private static long left(RequestCharges claim, List<Verdict> verdicts, int i) {
    return verdicts.get(i).remaining() / claim.items().get(i).rule().cost();
  }
}
