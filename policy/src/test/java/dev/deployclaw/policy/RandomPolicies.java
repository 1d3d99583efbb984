package dev.deployclaw.policy;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Valid policies of every kind, the same ones for the same seed. */
public final class RandomPolicies {
  private static final List<String> ODD =
      List.of("", " ", "\"", "\\", "\n", "\u0001", "é", "\uD83D\uDE80", "yes", "1e3", "~", "# x");
  private final Random random;

  public RandomPolicies(long seed) {
    random = new Random(seed);
  }

  public PolicySet set(int tenants, int limits) {
    var all = new ArrayList<TenantPolicy>();
    for (int i = 0; i < tenants; i++) {
      all.add(tenant("tenant-" + i, limits));
    }
    return PolicySet.of(all, List.of(gateway("edge-a"), gateway("edge-b")), odd());
  }

  public TenantPolicy tenant(String name, int limits) {
    var labels = new TreeMap<String, String>();
    labels.put("tier", odd());
    labels.put("n" + random.nextInt(9), odd());
    var all = new ArrayList<Limit>();
    for (int i = 0; i < limits; i++) {
      all.add(limit("limit-" + i));
    }
    return new TenantPolicy(
        name,
        labels,
        maybe(() -> "group"),
        random.nextBoolean(),
        of(BackendFailureMode.values()),
        all);
  }

  private Limit limit(String name) {
    var algorithm = of(LimitAlgorithm.values());
    long seconds =
        algorithm == LimitAlgorithm.CONCURRENCY
            ? random.nextLong(1, Limit.LONGEST_LEASE.toSeconds() + 1)
            : random.nextLong(1, Limit.LONGEST_WINDOW.toSeconds() + 1);
    var limit = limit(name, algorithm, seconds);
    return algorithm == LimitAlgorithm.CONCURRENCY
        ? limit
        : limit.in(new LimitPrecision(maybe(this::lease)));
  }

  private Duration lease() {
    return Duration.ofMillis(
        random.nextBoolean() ? random.nextLong(10, 10_001) : 1_000 * random.nextLong(1, 11));
  }

  private Limit limit(String name, LimitAlgorithm algorithm, long seconds) {
    return new Limit(
        name,
        new RequestMatch(
            maybe(() -> "orders"),
            maybe(() -> "/v" + random.nextInt(3) + of("", "/*", "/a b", "/é")),
            maybe(() -> of("GET", "POST"))),
        keyParts(),
        algorithm,
        random.nextLong(
            0,
            algorithm == LimitAlgorithm.CONCURRENCY
                ? Limit.MOST_AT_ONCE + 1
                : Limit.MOST_REQUESTS + 1),
        Duration.ofSeconds(seconds),
        random.nextLong(1, Limit.MOST_REQUESTS + 1),
        random.nextLong(1, 10),
        of(EnforcementMode.values()),
        maybe(() -> of(BackendFailureMode.values())),
        LimitPrecision.EXACT);
  }

  private List<CounterKeyPart> keyParts() {
    var parts = new ArrayList<CounterKeyPart>();
    if (random.nextBoolean()) {
      parts.add(new CounterKeyPart.ClientAddress());
    }
    if (random.nextBoolean()) {
      parts.add(new CounterKeyPart.Header("x-plan-" + random.nextInt(3)));
    }
    return parts;
  }

  private Gateway gateway(String name) {
    var identity =
        of(
            new Gateway.Identity.Host("example.test"),
            new Gateway.Identity.Header("x-tenant"),
            new Gateway.Identity.Claim("tenant", odd(), odd(), of(InvalidTokenAction.values())));
    var routes = List.of(new Gateway.Route("/", "web"), new Gateway.Route("/v1", "orders"));
    return new Gateway(name, "payments", identity, routes);
  }

  private String odd() {
    return of(ODD.toArray(String[]::new)) + random.nextInt(100) + of(ODD.toArray(String[]::new));
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }

  @SafeVarargs
  private final <T> T of(T... values) {
    return values[random.nextInt(values.length)];
  }
}
