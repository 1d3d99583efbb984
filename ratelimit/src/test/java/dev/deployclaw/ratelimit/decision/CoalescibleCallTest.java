package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CoalescibleCallTest {
  private static final Limit EXACT =
      Limit.tokenBucket("all", RequestMatch.ANY, 10, Duration.ofMinutes(1));

  private static final Limit AT_ONCE =
      Limit.tokenBucket("at-once", RequestMatch.ANY, 10, Duration.ofMinutes(1))
          .by(LimitAlgorithm.CONCURRENCY);

  @Test
  void tellsTheLeaseOfEachEpochThatHasOne() {
    var exact = charges(1, EXACT);
    var brief = charges(2, EXACT.in(LimitPrecision.leased(Duration.ofMillis(50))));
    var longer = charges(3, EXACT.in(LimitPrecision.leased(Duration.ofSeconds(2))));

    var call = CoalescibleCall.of(List.of(exact, brief, longer), Optional.empty());

    assertThat(call.leases())
        .isEqualTo(Map.of(2L, Duration.ofMillis(50), 3L, Duration.ofSeconds(2)));
    assertThat(CoalescibleCall.of(List.of(exact), Optional.empty()).leases()).isEmpty();
  }

  @Test
  void aConcurrencyLimitOfAnyEpochLeavesNoLease() {
    var leased = charges(1, EXACT.in(LimitPrecision.leased(Duration.ofMillis(50))));
    var holding = charges(2, AT_ONCE);

    var call = CoalescibleCall.of(List.of(leased, holding), Optional.empty());

    assertThat(call.holds()).isTrue();
    assertThat(call.leases()).isEmpty();
  }

  private static RequestCharges charges(long epoch, Limit limit) {
    var tenant =
        new TenantPolicy(
            "acme",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailureMode.DENY,
            List.of(limit));
    var set = PolicySet.of(List.of(tenant), List.of(), "");
    var shape = RequestShape.ofUri("web", "/a", "GET");
    return RequestCharges.of(
        new EpochPolicySet(epoch, set.digest(), set),
        new RateLimitedRequest("acme", shape, _ -> "", 1, Optional.empty()));
  }
}
