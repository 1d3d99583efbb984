package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.policy.PolicySet;
import java.util.Optional;

/**
 * The policies that are committed.
 *
 * @param reason why they can't be told; empty where they can
 * @param epoch the committed one; 0 before the first change
 */
public record PoliciesAnswer(ExitCode exit, String reason, long epoch, PolicySet set) {

  static PoliciesAnswer of(Base base, Optional<PolicySet> set) {
    return set.map(s -> new PoliciesAnswer(ExitCode.OK, "", base.epoch(), s))
        .orElseGet(() -> unreachable("the policy set of epoch " + base.epoch() + " can't be read"));
  }

  static PoliciesAnswer unreachable(String reason) {
    return new PoliciesAnswer(ExitCode.UNREACHABLE, reason, 0, PolicySet.EMPTY);
  }
}
