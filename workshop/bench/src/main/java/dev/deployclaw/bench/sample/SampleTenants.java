package dev.deployclaw.bench.sample;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A service's tenants as one meets them: each has a rate over all its requests and a tighter one
 * over an expensive route. The same ones for the same number.
 */
public final class SampleTenants {
  private static final List<String> TIERS = List.of("free", "pro", "enterprise");
  private static final List<String> ROUTES = List.of("search", "export", "checkout", "upload");
  private static final long SEED = 20;

  private SampleTenants() {}

  public static PolicySet of(int tenants) {
    var random = new Random(SEED);
    List<TenantPolicy> all = new ArrayList<>(tenants);
    for (int i = 0; i < tenants; i++) {
      all.add(tenant("tenant-" + String.format(Locale.ROOT, "%06d", i), random));
    }
    return PolicySet.of(all, List.of(), "");
  }

  private static TenantPolicy tenant(String name, Random random) {
    var labels = new TreeMap<String, String>();
    labels.put("tier", TIERS.get(random.nextInt(TIERS.size())));
    String route = ROUTES.get(random.nextInt(ROUTES.size()));
    return new TenantPolicy(
        name,
        labels,
        Optional.empty(),
        false,
        BackendFailureMode.ALLOW,
        List.of(overall(100L * random.nextInt(1, 100)), costly(route, random.nextInt(1, 20))));
  }

  private static Limit overall(long requests) {
    var minute = Duration.ofMinutes(1);
    return Limit.tokenBucket("all-requests", RequestMatch.ANY, requests, minute)
        .admitting(requests, minute, requests / 2);
  }

  private static Limit costly(String route, long requests) {
    var match =
        new RequestMatch(Optional.empty(), Optional.of("/v1/" + route + "/*"), Optional.of("POST"));
    return Limit.tokenBucket(route, match, requests, Duration.ofSeconds(1))
        .by(LimitAlgorithm.SLIDING_WINDOW)
        .per(List.of(new CounterKeyPart.ClientAddress()));
  }
}
