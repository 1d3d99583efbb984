package dev.deployclaw.bench.sample;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Tenants of each kind of limits, behind one gateway. Their limits are so high that every request
 * passes, and is charged and written down.
 */
public final class SampleLimits {
  public static final String GATEWAY = "edge-1";
  public static final String SERVICE = "web";
  public static final String PATH = "/v1/search";
  public static final String METHOD = "GET";
  public static final Duration LEASE = Duration.ofSeconds(1);

  private static final String SUFFIX = "api.example.com";

  private SampleLimits() {}

  /** What the tenants of a kind have. */
  public enum Kind {
    TOKEN_BUCKET(LimitAlgorithm.TOKEN_BUCKET, 1),
    SLIDING_WINDOW(LimitAlgorithm.SLIDING_WINDOW, 1),
    FIXED_WINDOW(LimitAlgorithm.FIXED_WINDOW, 1),
    GCRA(LimitAlgorithm.GCRA, 1),
    CONCURRENCY(LimitAlgorithm.CONCURRENCY, 1),
    LEASED(LimitAlgorithm.TOKEN_BUCKET, 1),
    TWO_LIMITS(LimitAlgorithm.TOKEN_BUCKET, 2),
    FOUR_LIMITS(LimitAlgorithm.TOKEN_BUCKET, 4),
    EIGHT_LIMITS(LimitAlgorithm.TOKEN_BUCKET, 8);

    private final LimitAlgorithm algorithm;
    private final int limits;

    Kind(LimitAlgorithm algorithm, int limits) {
      this.algorithm = algorithm;
      this.limits = limits;
    }

    public LimitAlgorithm algorithm() {
      return algorithm;
    }

    public int limits() {
      return limits;
    }

    public String tenant(int number) {
      return String.format(
          Locale.ROOT, "%s-%06d", name().toLowerCase(Locale.ROOT).replace('_', '-'), number);
    }
  }

  /** So many tenants of {@link Kind#TOKEN_BUCKET}, and of every other kind. */
  public static PolicySet of(int tenants, int others) {
    List<TenantPolicy> all = new ArrayList<>();
    for (var kind : Kind.values()) {
      int number = kind == Kind.TOKEN_BUCKET ? tenants : others;
      for (int i = 0; i < number; i++) {
        all.add(tenant(kind, i));
      }
    }
    return behindGateway(all);
  }

  /** Of {@link Kind#TOKEN_BUCKET} alone, with the requests of each one's limit. */
  public static PolicySet tokenBuckets(int tenants, long most) {
    return behindGateway(
        IntStream.range(0, tenants)
            .mapToObj(i ->
                tenant(Kind.TOKEN_BUCKET.tenant(i), List.of(limit(Kind.TOKEN_BUCKET, 0, most))))
            .toList());
  }

  public static PolicySet behindGateway(List<TenantPolicy> tenants) {
    var gateway =
        new Gateway(
            GATEWAY,
            "default",
            new Gateway.Identity.Host(SUFFIX),
            List.of(new Gateway.Route("/", SERVICE)));
    return PolicySet.of(tenants, List.of(gateway), "");
  }

  public static String host(String tenant) {
    return tenant + "." + SUFFIX;
  }

  /** A request of a tenant that its limits decide. */
  public static DecisionRequest question(String tenant) {
    return new DecisionRequest(GATEWAY, host(tenant), METHOD, PATH, "10.0.0.1", "", 1, _ -> "");
  }

  public static List<Kind> ofOneLimit() {
    return Arrays.stream(Kind.values()).filter(k -> k.limits() == 1 && k != Kind.LEASED).toList();
  }

  public static List<Kind> ofSeveral() {
    return Arrays.stream(Kind.values()).filter(k -> k.limits() > 1).toList();
  }

  private static TenantPolicy tenant(Kind kind, int number) {
    long most = kind == Kind.CONCURRENCY ? Limit.MOST_AT_ONCE : Limit.MOST_REQUESTS;
    List<Limit> limits = new ArrayList<>();
    for (int i = 0; i < kind.limits(); i++) {
      limits.add(limit(kind, i, most));
    }
    return tenant(kind.tenant(number), limits);
  }

  public static TenantPolicy tenant(String name, List<Limit> limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, limits);
  }

  private static Limit limit(Kind kind, int number, long most) {
    return Limit.tokenBucket("limit-" + number, RequestMatch.ANY, most, Duration.ofMinutes(1))
        .by(kind.algorithm())
        .in(kind == Kind.LEASED ? LimitPrecision.leased(LEASE) : LimitPrecision.EXACT);
  }
}
