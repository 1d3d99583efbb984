package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.policy.wire.ServiceUsage.Count;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many requests each limit let pass and refused since this process began. Names come from
 * policy sets, never from requests, so there are as many counts as limits. Belongs to one event
 * loop.
 */
final class UsageCounters {
  /** More limits than that aren't counted in a process. */
  static final int MOST_LIMITS = 100_000;

  /** Stands for "blocked", which no limit refuses. */
  private static final String BLOCKED = "";

  private final Instant since = Instant.now();
  private final Map<Name, long[]> counts = new HashMap<>();
  private final int most;

  private record Name(String tenant, String limit) {}

  /**
   * @param most limits that are counted
   */
  UsageCounters(int most) {
    this.most = most;
  }

  /** Where the limits of a claim are counted: admitted and refused requests of each. */
  List<long[]> of(RequestCharges claim) {
    return claim.items().stream()
        .map(item -> counts(item.applied().owner(), item.applied().limit().name()))
        .toList();
  }

  /**
   * A request that was admitted or not by a decision, which may have been of several.
   *
   * @param counted where the claim's limits are counted
   */
  void note(
      RequestCharges claim, List<long[]> counted, AdmissionDecision decision, boolean admitted) {
    var items = claim.items();
    for (int i = 0; i < items.size(); i++) {
      boolean refuses = decision.verdicts().get(i).fits() <= decision.admitted();
      if (admitted || (refuses && items.get(i).rule().enforced())) {
        counted.get(i)[admitted ? 0 : 1]++;
      }
    }
    for (var owner : claim.owners()) {
      if (owner.blocked()) {
        count(claim.tenant(), BLOCKED, false, 1);
        return;
      }
    }
  }

  /** Requests that somebody else decided by a lease. */
  void report(RequestCharges claim, long allowed, long refused) {
    for (var item : claim.items()) {
      var applied = item.applied();
      count(applied.owner(), applied.limit().name(), true, allowed);
      count(applied.owner(), applied.limit().name(), false, item.rule().enforced() ? refused : 0);
    }
  }

  /**
   * @param leases what came of leased limits
   */
  ServiceUsage usage(Optional<ServiceUsage.Leases> leases) {
    List<Count> out = new ArrayList<>();
    counts.forEach((name, n) -> {
      if (n[0] > 0 || n[1] > 0) {
        out.add(new Count(name.tenant(), name.limit(), n[0], n[1]));
      }
    });
    return new ServiceUsage(since.toString(), out, leases);
  }

  private void count(String tenant, String limit, boolean admitted, long requests) {
    counts(tenant, limit)[admitted ? 0 : 1] += requests;
  }

  /** Beyond the bound, one that isn't kept. */
  private long[] counts(String tenant, String limit) {
    var name = new Name(tenant, limit);
    var there = counts.get(name);
    if (there == null) {
      there = new long[2];
      if (counts.size() < most) {
        counts.put(name, there);
      }
    }
    return there;
  }
}
