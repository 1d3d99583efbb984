package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import java.util.List;

/** Which headers of an answer go where, as a rendered NGINX file has it too. */
final class EnvoyHeaderFilter {
  private static final List<String> TO_PROBES =
      List.of(DecideHeaders.PROBE, DecideHeaders.RULE, DecideHeaders.EPOCH, DecideHeaders.FAILURE);

  private EnvoyHeaderFilter() {}

  /** Whose request it is: clients can't say that. */
  static boolean forUpstream(String name) {
    return name.equals(DecideHeaders.TENANT);
  }

  /**
   * Rule, epoch and failure are shown to verified probes alone, and a lease to no client: anyone
   * who knows it may release it.
   */
  static boolean forClient(String name, DecisionResponse answer) {
    return !forUpstream(name)
        && !name.equals(DecideHeaders.LEASE)
        && (!TO_PROBES.contains(name) || answer.headers().containsKey(DecideHeaders.PROBE));
  }
}
