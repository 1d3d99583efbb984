package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.ServiceUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UsageCountersTest {
  @Test
  void countsNoMoreLimitsThanItMay() {
    var counters = new UsageCounters(2);

    counters.report(charges("first", "second", "third"), 5, 1);

    assertThat(counters.usage(Optional.empty()).limits())
        .containsExactlyInAnyOrder(
            new ServiceUsage.Count("acme", "first", 5, 1),
            new ServiceUsage.Count("acme", "second", 5, 1));
  }

  private static RequestCharges charges(String... limits) {
    var tenant =
        new TenantPolicy(
            "acme",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailureMode.DENY,
            List.of(limits).stream().map(UsageCountersTest::limit).toList());
    var set = PolicySet.of(List.of(tenant), List.of(), "");
    return RequestCharges.of(
        new EpochPolicySet(1, set.digest(), set),
        new RateLimitedRequest(
            "acme", RequestShape.ofUri("web", "/a", "GET"), _ -> "", 1, Optional.empty()));
  }

  private static Limit limit(String name) {
    return Limit.tokenBucket(name, RequestMatch.ANY, 10, Duration.ofMinutes(1));
  }
}
