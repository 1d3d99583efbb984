package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction.AbandonAction;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction.QuotaAssignmentAction;
import io.envoyproxy.envoy.type.v3.RateLimitStrategy;
import io.envoyproxy.envoy.type.v3.RateLimitStrategy.BlanketRule;
import io.envoyproxy.envoy.type.v3.TokenBucket;

/**
 * Answers in the terms of Envoy's quota protocol. Of the strategies that it has, these two say how
 * many requests may pass and for how long:
 *
 * <ul>
 *   <li>{@code token_bucket}: {@code max_tokens} "is also the number of tokens that the bucket
 *       initially contains". So it is what was charged, and since {@code fill_interval} is a day,
 *       no token is added while the assignment lasts.
 *   <li>{@code blanket_rule}: {@code ALLOW_ALL} or {@code DENY_ALL}.
 * </ul>
 *
 * <p>"A duration after which the assignment is considered expired" is {@code
 * assignment_time_to_live}: what is left of the lease. Envoy reads its whole seconds alone, and one
 * of none would be over at once: so it has whole seconds, and a shorter lease gives no quota.
 *
 * <p>"If the rate limiting strategy is the same as the bucket's active assignment, the data plane
 * should extend the duration of the active assignment", its tokens as they are; and Envoy fills a
 * bucket that replaces another one only as far as that one was. But each charge is to be spent
 * whole. So a token bucket follows a {@code DENY_ALL} in the same message: "the actions are applied
 * in the given order, from top to bottom".
 */
final class QuotaActions {
  private static final long NEVER_FILLED_SECONDS = 86_400;

  private QuotaActions() {}

  /** So many requests may pass within so many seconds. */
  static RateLimitQuotaResponse tokens(BucketId bucket, long tokens, long seconds) {
    var limiter =
        TokenBucket.newBuilder()
            .setMaxTokens((int) tokens)
            .setTokensPerFill(UInt32Value.of(1))
            .setFillInterval(seconds(NEVER_FILLED_SECONDS));
    var strategy = RateLimitStrategy.newBuilder().setTokenBucket(limiter).build();
    return RateLimitQuotaResponse.newBuilder()
        .addBucketAction(assigned(bucket, blanket(false), seconds))
        .addBucketAction(assigned(bucket, strategy, seconds))
        .build();
  }

  /** All requests pass for so many seconds, or none. */
  static RateLimitQuotaResponse all(BucketId bucket, boolean allowed, long seconds) {
    return RateLimitQuotaResponse.newBuilder()
        .addBucketAction(assigned(bucket, blanket(allowed), seconds))
        .build();
  }

  /** "The RLQS server will no longer be sending updates": until it is reported again. */
  static RateLimitQuotaResponse abandoned(BucketId bucket) {
    return RateLimitQuotaResponse.newBuilder()
        .addBucketAction(
            BucketAction.newBuilder()
                .setBucketId(bucket)
                .setAbandonAction(AbandonAction.getDefaultInstance()))
        .build();
  }

  private static BucketAction assigned(BucketId bucket, RateLimitStrategy strategy, long seconds) {
    return BucketAction.newBuilder()
        .setBucketId(bucket)
        .setQuotaAssignmentAction(
            QuotaAssignmentAction.newBuilder()
                .setAssignmentTimeToLive(seconds(seconds))
                .setRateLimitStrategy(strategy))
        .build();
  }

  private static RateLimitStrategy blanket(boolean allowed) {
    return RateLimitStrategy.newBuilder()
        .setBlanketRule(allowed ? BlanketRule.ALLOW_ALL : BlanketRule.DENY_ALL)
        .build();
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
