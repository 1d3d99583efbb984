package dev.deployclaw.core.fake;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Policy sets of many tenants, as a stage leaves them in the state store. */
public final class FakeStoredSets {
  private FakeStoredSets() {}

  /** Each has one limit; every third one is of tier gold. */
  public static PolicySet tenants(int count, int requests) {
    var all = new ArrayList<TenantPolicy>();
    for (int i = 0; i < count; i++) {
      var labels = new TreeMap<>(Map.of("tier", i % 3 == 0 ? "Gold" : "free"));
      all.add(
          new TenantPolicy(
              "tenant-%05d".formatted(i),
              labels,
              Optional.empty(),
              false,
              BackendFailureMode.ALLOW,
              List.of(limit(requests))));
    }
    return PolicySet.of(all, List.of(), "");
  }

  private static Limit limit(int requests) {
    var match = RequestMatch.service("orders");
    return Limit.tokenBucket("orders", match, requests, Duration.ofMinutes(1));
  }

  public static void store(FakeStateStore store, long epoch, PolicySet set) {
    var stored = StoredPolicySet.encode(set.bytes(), set.digest());
    for (int i = 0; i < stored.chunks().size(); i++) {
      store.put(StoredPolicySet.chunkKey(epoch, i), stored.chunks().get(i));
    }
    store.put(StoredPolicySet.manifestKey(epoch), stored.manifest());
  }
}
