package dev.deployclaw.policy;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Short ways to write policies in tests. */
public final class Policies {
  private Policies() {}

  public static TenantPolicy tenant(String name, Limit... limits) {
    return policy(name, Optional.empty(), limits);
  }

  public static TenantPolicy child(String name, String parent, Limit... limits) {
    return policy(name, Optional.of(parent), limits);
  }

  /** A token bucket of {@code requests} in {@code seconds}, as much burst, no key. */
  public static Limit limit(String name, Match match, long requests, long seconds) {
    return new Limit(
        name,
        match,
        List.of(),
        Algorithm.TOKEN_BUCKET,
        requests,
        Duration.ofSeconds(seconds),
        Math.max(1, requests),
        1,
        Mode.ENFORCE,
        Optional.empty());
  }

  public static Limit keyed(Limit limit, KeyPart... key) {
    return new Limit(
        limit.name(),
        limit.match(),
        List.of(key),
        limit.algorithm(),
        limit.requests(),
        limit.window(),
        limit.burst(),
        limit.cost(),
        limit.mode(),
        limit.onBackendFailure());
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
        limit.onBackendFailure());
  }

  public static Limit counting(Limit limit, Algorithm algorithm) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        algorithm,
        limit.requests(),
        algorithm == Algorithm.CONCURRENCY ? Duration.ZERO : limit.window(),
        limit.burst(),
        limit.cost(),
        limit.mode(),
        limit.onBackendFailure());
  }

  public static Match route(String service, String route) {
    return new Match(Optional.of(service), Optional.of(route), Optional.empty());
  }

  public static PolicySet set(TenantPolicy... tenants) {
    return PolicySet.of(List.of(tenants), List.of(), "");
  }

  private static TenantPolicy policy(String name, Optional<String> parent, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), parent, false, BackendFailure.ALLOW, List.of(limits));
  }
}
