package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Tenants with one limit each, by all that is compared. */
final class LeaseSamples {
  static final List<LimitAlgorithm> ALGORITHMS =
      List.of(
          LimitAlgorithm.TOKEN_BUCKET,
          LimitAlgorithm.GCRA,
          LimitAlgorithm.SLIDING_WINDOW,
          LimitAlgorithm.FIXED_WINDOW);

  /** Tenants whose limits refuse nothing. */
  static final int WIDE = 1_000;

  /** Tenants whose limits are reached. */
  static final int TIGHT = 10;

  private static final long TIGHT_REQUESTS = 1_000;
  private static final Duration TIGHT_WINDOW = Duration.ofSeconds(2);
  private static final Duration TIGHT_LEASE = Duration.ofMillis(200);

  private LeaseSamples() {}

  /** {@code tight} where the limit can be reached. */
  record Sample(LimitAlgorithm algorithm, boolean leased, boolean tight) {
    int tenants() {
      return tight ? TIGHT : WIDE;
    }

    Limit limit() {
      long requests = tight ? TIGHT_REQUESTS : Limit.MOST_REQUESTS;
      var window = tight ? TIGHT_WINDOW : Duration.ofMinutes(1);
      return Limit.tokenBucket("limit", RequestMatch.ANY, requests, window)
          .by(algorithm)
          .in(leased ? LimitPrecision.leased(lease()) : LimitPrecision.EXACT);
    }

    Duration lease() {
      return tight ? TIGHT_LEASE : SampleLimits.LEASE;
    }

    List<DecisionRequest> questions() {
      return IntStream.range(0, tenants())
          .mapToObj(this::tenant)
          .map(SampleLimits::question)
          .toList();
    }

    List<String> counters() {
      return IntStream.range(0, tenants())
          .mapToObj(this::tenant)
          .map(t -> RedisKeyLayout.counterKey(t, t, limit().name(), List.of()))
          .toList();
    }

    private String tenant(int number) {
      return "%s-%s-%s-%d"
          .formatted(
              tight ? "tight" : "wide", leased ? "leased" : "exact", algorithm.word(), number);
    }
  }

  static PolicySet all() {
    List<TenantPolicy> all = new ArrayList<>();
    for (var algorithm : ALGORITHMS) {
      for (boolean leased : new boolean[] {false, true}) {
        for (boolean tight : new boolean[] {false, true}) {
          var sample = new Sample(algorithm, leased, tight);
          for (int i = 0; i < sample.tenants(); i++) {
            all.add(SampleLimits.tenant(sample.tenant(i), List.of(sample.limit())));
          }
        }
      }
    }
    return SampleLimits.behindGateway(all);
  }
}
