package dev.deployclaw.executors;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Policy sets of a given size for tests. */
public final class SampleSets {
  private SampleSets() {}

  /** Tenants {@code t-00000} and on, each with two limits. */
  public static PolicySet of(int tenants) {
    return of(tenants, 300);
  }

  public static PolicySet of(int tenants, long requests) {
    List<TenantPolicy> all = new ArrayList<>();
    for (int i = 0; i < tenants; i++) {
      all.add(
          tenant("t-%05d".formatted(i), List.of(limit("search", requests), limit("all", 1_000))));
    }
    return PolicySet.of(all, List.of(), "");
  }

  public static PolicySet ofOneTenant(String name, int limits) {
    var all = IntStream.range(0, limits).mapToObj(i -> limit("limit-" + i, 300)).toList();
    return PolicySet.of(List.of(tenant(name, all)), List.of(), "");
  }

  /** Tenants whose names compress badly. */
  public static PolicySet random(int tenants) {
    var random = new Random(5);
    List<TenantPolicy> all = new ArrayList<>();
    for (int i = 0; i < tenants; i++) {
      String name = "t" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
      all.add(tenant(name, List.of(limit("l" + random.nextInt(1 << 30), random.nextInt(1 << 29)))));
    }
    return PolicySet.of(all, List.of(), "");
  }

  private static TenantPolicy tenant(String name, List<Limit> limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.ALLOW, limits);
  }

  private static Limit limit(String name, long requests) {
    return Limit.tokenBucket(name, RequestMatch.ANY, requests, Duration.ofSeconds(60))
        .admitting(requests, Duration.ofSeconds(60), 50);
  }
}
