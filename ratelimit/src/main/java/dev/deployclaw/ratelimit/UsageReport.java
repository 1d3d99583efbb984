package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.policy.wire.ServiceUsage.Count;
import dev.deployclaw.policy.wire.ServiceUsage.Leases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the service decided since it began: the sums of its event loops. */
public final class UsageReport {
  private UsageReport() {}

  /**
   * @param loops at least one; they began together
   */
  public static ServiceUsage of(List<ServiceUsage> loops) {
    var counts = new LinkedHashMap<Map.Entry<String, String>, Count>();
    var leases = Optional.<Leases>empty();
    for (var loop : loops) {
      loop.limits()
          .forEach(c -> counts.merge(Map.entry(c.tenant(), c.limit()), c, UsageReport::sum));
      leases = leases.isPresent() ? leases.map(l -> sum(l, loop.leases())) : loop.leases();
    }
    return new ServiceUsage(loops.getFirst().since(), List.copyOf(counts.values()), leases);
  }

  private static Count sum(Count one, Count other) {
    return new Count(
        one.tenant(),
        one.limit(),
        one.allowed() + other.allowed(),
        one.refused() + other.refused());
  }

  private static Leases sum(Leases one, Optional<Leases> more) {
    return more.map(other ->
            new Leases(
                one.held() + other.held(),
                one.inHand() + other.inHand(),
                one.requests() + other.requests(),
                one.fromMemory() + other.fromMemory(),
                one.lapsed() + other.lapsed()))
        .orElse(one);
  }
}
