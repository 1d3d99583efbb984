package dev.deployclaw.ratelimit;

import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction;
import io.envoyproxy.envoy.type.v3.RateLimitStrategy;
import io.envoyproxy.envoy.type.v3.RateLimitStrategy.BlanketRule;

/**
 * What Envoy does with the assignments of one bucket, in the order of a message: a token bucket
 * that equals the active one goes on as it is, and one that replaces another is filled only as far
 * as that one was.
 */
final class EnvoyBucketModel {
  private RateLimitStrategy active = RateLimitStrategy.getDefaultInstance();
  private double tokens;
  private long allowed;
  private long denied;

  void apply(RateLimitQuotaResponse response) {
    response.getBucketActionList().forEach(this::apply);
  }

  private void apply(BucketAction action) {
    var next = action.getQuotaAssignmentAction().getRateLimitStrategy();
    if (next.hasTokenBucket() && !next.equals(active)) {
      double max = next.getTokenBucket().getMaxTokens();
      tokens =
          active.hasTokenBucket() ? max * tokens / active.getTokenBucket().getMaxTokens() : max;
    }
    active = next;
  }

  void request() {
    boolean passes =
        active.hasTokenBucket() ? tokens >= 1 : active.getBlanketRule() == BlanketRule.ALLOW_ALL;
    if (passes && active.hasTokenBucket()) {
      tokens--;
    }
    allowed += passes ? 1 : 0;
    denied += passes ? 0 : 1;
  }

  long allowed() {
    return allowed;
  }

  /** What to report since the last time. */
  long[] take() {
    long[] both = {allowed, denied};
    allowed = 0;
    denied = 0;
    return both;
  }
}
