package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestChargesTest {
  private static final Limit EXACT = limit("exact", RequestMatch.ANY, 60, 60);
  private static final Limit ELSEWHERE = limit("else", RequestMatch.service("search"), 60, 60);

  @Test
  void theShortestLeaseOfAllThatApplyCounts() {
    var own = set(tenant("acme", leased("a", 50), leased("b", 20), ELSEWHERE));
    var group = set(child("acme", "gold", leased("a", 50)), tenant("gold", leased("all", 30)));

    assertThat(lease(own)).contains(Duration.ofMillis(20));
    assertThat(lease(group)).contains(Duration.ofMillis(30));
  }

  @Test
  void oneExactLimitMakesTheRequestExact() {
    var own = set(tenant("acme", leased("a", 50), EXACT));
    var group = set(child("acme", "gold", leased("a", 50)), tenant("gold", EXACT));

    assertThat(lease(own)).isEmpty();
    assertThat(lease(group)).isEmpty();
  }

  @Test
  void withoutALimitThereIsNoLease() {
    assertThat(lease(set(tenant("acme", ELSEWHERE)))).isEmpty();
  }

  private static Limit leased(String name, long millis) {
    return limit(name, RequestMatch.ANY, 60, 60)
        .in(LimitPrecision.leased(Duration.ofMillis(millis)));
  }

  private static Optional<Duration> lease(PolicySet set) {
    var shape = RequestShape.ofUri("web", "/a", "GET");
    var request = new RateLimitedRequest("acme", shape, _ -> "", 1, Optional.empty());
    return RequestCharges.of(new EpochPolicySet(1, set.digest(), set), request).lease();
  }
}
