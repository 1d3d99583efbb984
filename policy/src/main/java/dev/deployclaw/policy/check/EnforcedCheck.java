package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Limits whose algorithm neither the reference models nor the Redis function have yet. */
final class EnforcedCheck {
  private EnforcedCheck() {}

  static List<Finding> find(PolicySet set) {
    var found = new ArrayList<Finding>();
    for (var policy : set.tenants().values()) {
      for (Limit limit : policy.limits()) {
        if (!limit.algorithm().enforced()) {
          found.add(
              About.limit(policy.tenant(), limit.name())
                  .error(
                      Check.NOT_ENFORCED,
                      limit.algorithm().word() + " is not enforced yet",
                      "use token-bucket or sliding-window",
                      Map.of("algorithm", limit.algorithm().word())));
        }
      }
    }
    return found;
  }
}
