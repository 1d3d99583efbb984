package dev.deployclaw.bench.sample;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Cluster;
import dev.deployclaw.policy.finding.ClusterMeasurements.Drift;
import dev.deployclaw.policy.finding.ClusterMeasurements.Memory;
import dev.deployclaw.policy.finding.ClusterMeasurements.Trips;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tenants in groups as an estate has them, a change of some of them, and what was measured on its
 * nodes: what a plan validates. The same for the same number.
 */
public final class SampleEstate {
  private static final int MEMBERS = 50;
  private static final int GROUPS_OF_A_GROUP = 20;
  private static final int CHANGED = 10;

  /** How much more a group may than one of its members. */
  private static final int GROUP_FACTOR = 100;

  private static final int TOP_FACTOR = 2_000;

  private SampleEstate() {}

  /** A fiftieth of them are groups, and a twentieth of those are groups of groups. */
  public static PolicySet of(int tenants) {
    List<TenantPolicy> all = new ArrayList<>();
    int number = 0;
    for (var tenant : SampleTenants.of(tenants).tenants().values()) {
      all.add(under(parent(number), named(number, tenant)));
      number++;
    }
    return PolicySet.of(all, List.of(), "");
  }

  /** Every tenth tenant's limits halved. */
  public static PolicySet changed(PolicySet set) {
    List<TenantPolicy> all = new ArrayList<>();
    int number = 0;
    for (var tenant : set.tenants().values()) {
      all.add(number++ % CHANGED == 0 ? halved(tenant) : tenant);
    }
    return set.withTenants(all);
  }

  public static ClusterMeasurements measured() {
    return new ClusterMeasurements(
        new TreeMap<>(
            Map.of("redis-1", new Trips(300, 400, 900), "redis-2", new Trips(500, 700, 2_000))),
        new TreeMap<>(Map.of("redis-1", new Drift(120, 200), "redis-2", new Drift(-80, 350))),
        Optional.of(new Cluster(3, 15_000, true, 1, 10_000)),
        new TreeMap<>(Map.of("redis-1", new Memory(4L << 30, "noeviction"))));
  }

  private static TenantPolicy named(int number, TenantPolicy like) {
    return isGroup(number)
        ? new TenantPolicy(
            group(number / MEMBERS),
            like.labels(),
            Optional.empty(),
            false,
            like.onBackendFailure(),
            scaled(like.limits(), parent(number).isEmpty() ? TOP_FACTOR : GROUP_FACTOR, 1))
        : like;
  }

  private static boolean isGroup(int number) {
    return number % MEMBERS == 0;
  }

  private static Optional<String> parent(int number) {
    int group = number / MEMBERS;
    if (!isGroup(number)) {
      return Optional.of(group(group));
    }
    int above = group - group % GROUPS_OF_A_GROUP;
    return above == group ? Optional.empty() : Optional.of(group(above));
  }

  private static String group(int number) {
    return String.format(Locale.ROOT, "group-%06d", number);
  }

  private static TenantPolicy under(Optional<String> parent, TenantPolicy policy) {
    return new TenantPolicy(
        policy.tenant(),
        policy.labels(),
        parent,
        policy.blocked(),
        policy.onBackendFailure(),
        policy.limits());
  }

  private static TenantPolicy halved(TenantPolicy policy) {
    return policy.withLimits(scaled(policy.limits(), 1, 2));
  }

  private static List<Limit> scaled(List<Limit> limits, int by, int of) {
    return limits.stream()
        .map(limit ->
            new Limit(
                limit.name(),
                limit.match(),
                limit.key(),
                limit.algorithm(),
                Math.max(1, limit.requests() * by / of),
                limit.window(),
                Math.max(1, limit.burst() * by / of),
                limit.cost(),
                limit.mode(),
                limit.onBackendFailure()))
        .toList();
  }
}
