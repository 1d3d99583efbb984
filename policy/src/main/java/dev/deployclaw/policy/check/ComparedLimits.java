package dev.deployclaw.policy.check;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;

/**
 * Which limits of a policy are compared with each other, and with those of its groups: each with
 * each, so that many take long. A document can't have so many; a set that was made otherwise may.
 */
final class ComparedLimits {
  /** Ten times what a document may have. */
  static final int MOST = 1_000;

  private ComparedLimits() {}

  static List<Limit> of(TenantPolicy policy) {
    return isWhole(policy) ? policy.limits() : policy.limits().subList(0, MOST);
  }

  static boolean isWhole(TenantPolicy policy) {
    return policy.limits().size() <= MOST;
  }
}
