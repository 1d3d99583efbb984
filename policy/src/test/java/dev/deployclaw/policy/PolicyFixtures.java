package dev.deployclaw.policy;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Short ways to write policies in tests. */
public final class PolicyFixtures {
  private PolicyFixtures() {}

  public static TenantPolicy tenant(String name, Limit... limits) {
    return policy(name, Optional.empty(), limits);
  }

  public static TenantPolicy child(String name, String parent, Limit... limits) {
    return policy(name, Optional.of(parent), limits);
  }

  /** A token bucket of {@code requests} in {@code seconds}, as much burst, no key. */
  public static Limit limit(String name, RequestMatch match, long requests, long seconds) {
    return Limit.tokenBucket(name, match, requests, Duration.ofSeconds(seconds));
  }

  public static Limit keyed(Limit limit, CounterKeyPart... key) {
    return limit.per(List.of(key));
  }

  public static Limit bursting(Limit limit, long burst, long cost) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        limit.algorithm(),
        limit.requests(),
        limit.window(),
        burst,
        cost,
        limit.mode(),
        limit.onBackendFailure(),
        LimitPrecision.EXACT);
  }

  public static Limit counting(Limit limit, LimitAlgorithm algorithm) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        algorithm,
        limit.requests(),
        algorithm == LimitAlgorithm.CONCURRENCY ? Duration.ZERO : limit.window(),
        limit.burst(),
        limit.cost(),
        limit.mode(),
        limit.onBackendFailure(),
        LimitPrecision.EXACT);
  }

  public static RequestMatch route(String service, String route) {
    return new RequestMatch(Optional.of(service), Optional.of(route), Optional.empty());
  }

  public static PolicySet set(TenantPolicy... tenants) {
    return PolicySet.of(List.of(tenants), List.of(), "");
  }

  private static TenantPolicy policy(String name, Optional<String> parent, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), parent, false, BackendFailureMode.ALLOW, List.of(limits));
  }
}
