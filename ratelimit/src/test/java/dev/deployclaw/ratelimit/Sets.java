package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Short ways to write policy sets in tests. */
final class Sets {
  private static final Gateway EDGE = edge(new Gateway.Identity.Host("api.example.com"));

  private Sets() {}

  static Gateway edge(Gateway.Identity identity) {
    return new Gateway(
        "edge-1",
        "edge",
        identity,
        List.of(new Gateway.Route("/pay", "checkout"), new Gateway.Route("/", "web")));
  }

  static PolicySet behind(Gateway.Identity identity, String probeKey, TenantPolicy... tenants) {
    return PolicySet.of(List.of(tenants), List.of(edge(identity)), probeKey);
  }

  static PolicySet of(TenantPolicy... tenants) {
    return PolicySet.of(List.of(tenants), List.of(EDGE), "");
  }

  static PolicySet probed(String probeKey, TenantPolicy... tenants) {
    return PolicySet.of(List.of(tenants), List.of(EDGE), probeKey);
  }

  static TenantPolicy tenant(String name, BackendFailureMode onFailure, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, onFailure, List.of(limits));
  }

  static TenantPolicy tenant(String name, Limit... limits) {
    return tenant(name, BackendFailureMode.DENY, limits);
  }

  /** Tenants t0, t1, … with the same limit. */
  static TenantPolicy[] tenants(int count, Limit limit) {
    return IntStream.range(0, count)
        .mapToObj(i -> tenant("t" + i, limit))
        .toArray(TenantPolicy[]::new);
  }

  static TenantPolicy child(TenantPolicy tenant, String parent) {
    return new TenantPolicy(
        tenant.tenant(),
        tenant.labels(),
        Optional.of(parent),
        tenant.blocked(),
        tenant.onBackendFailure(),
        tenant.limits());
  }

  /** A concurrency limit whose leases outlast a test. */
  static Limit atOnce(String name, long requests) {
    return Limit.tokenBucket(name, RequestMatch.ANY, requests, Duration.ofHours(1))
        .by(LimitAlgorithm.CONCURRENCY);
  }

  static Limit fixedWindow(String name, long requests, Duration window) {
    return Limit.tokenBucket(name, RequestMatch.ANY, requests, window)
        .by(LimitAlgorithm.FIXED_WINDOW);
  }

  /** So slow a bucket that it doesn't refill while a test runs. */
  static Limit burst(String name, long burst, CounterKeyPart... key) {
    return Limit.tokenBucket(name, RequestMatch.ANY, 1, Duration.ofDays(1))
        .per(List.of(key))
        .admitting(1, Duration.ofDays(1), burst);
  }

  /** So many requests in so long a window that nothing of it comes back while a test runs. */
  static Limit leased(
      LimitAlgorithm algorithm, long requests, Duration lease, CounterKeyPart... key) {
    return Limit.tokenBucket("all", RequestMatch.ANY, requests, Limit.LONGEST_WINDOW)
        .by(algorithm)
        .per(List.of(key))
        .in(LimitPrecision.leased(lease));
  }
}
