package dev.deployclaw.lab.estate;

import dev.deployclaw.lab.estate.PodGatewayFleet.Replicated;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The reference scenario: gateways in three namespaces, three services, twelve tenants, of which
 * three have conflicting windows and one has no enforcement state in Redis.
 */
public final class ReferenceScenario {
  public static final List<String> NAMESPACES = List.of("edge-eu", "edge-us", "edge-ap");
  public static final List<String> SERVICES = List.of("search", "checkout", "orders");
  public static final String HOST_SUFFIX = "lab.test";
  static final String WITHOUT_STATE = "wonka";

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private ReferenceScenario() {}

  static List<Gateway> gateways(int count) {
    var routes = SERVICES.stream().map(s -> new Gateway.Route("/" + s, s)).toList();
    var out = new ArrayList<Gateway>();
    for (int i = 0; i < count; i++) {
      String name = "gw-%02d".formatted(i + 1);
      String namespace = NAMESPACES.get(i % NAMESPACES.size());
      out.add(new Gateway(name, namespace, new Gateway.Identity.Host(HOST_SUFFIX), routes));
    }
    return out;
  }

  /**
   * Gateways that are {@code pods} pods together, as even as can be: two Deployments in each
   * namespace, one where that would be fewer than two pods each.
   */
  static List<Replicated> deployments(int pods) {
    int most = pods < 4 * NAMESPACES.size() ? NAMESPACES.size() : 2 * NAMESPACES.size();
    var gateways = gateways(Math.min(pods, most));
    var out = new ArrayList<Replicated>();
    for (int i = 0; i < gateways.size(); i++) {
      int extra = i < pods % gateways.size() ? 1 : 0;
      out.add(new Replicated(gateways.get(i), pods / gateways.size() + extra));
    }
    return out;
  }

  public static Map<String, List<TenantPolicy>> policies() {
    var out = new TreeMap<String, List<TenantPolicy>>();
    out.put(
        "edge-eu",
        List.of(
            tenant("acme", "premium", bucket("checkout", 600, 100), bucket("search", 1200, 200)),
            tenant("globex", "standard", bucket("orders", 300, 50), window("orders", 1000)),
            tenant("initech", "standard", bucket("checkout", 120, 20)),
            tenant("umbrella", "premium", bucket("search", 300, 50), bucket("orders", 240, 40))));
    out.put(
        "edge-us",
        List.of(
            tenant("hooli", "premium", bucket("search", 3000, 400)),
            tenant("stark", "premium", bucket("checkout", 900, 120), window("checkout", 3000)),
            tenant("wayne", "standard", window("search", 500)),
            tenant("wonka", "standard", bucket("orders", 60, 10))));
    out.put(
        "edge-ap",
        List.of(
            tenant("tyrell", "premium", bucket("checkout", 480, 80)),
            tenant("cyberdyne", "standard", bucket("search", 240, 30), window("search", 900)),
            tenant("soylent", "standard", bucket("orders", 180, 25)),
            tenant("oscorp", "standard", window("checkout", 400))));
    return out;
  }

  /** What the shell scripts of the past wrote: {@code rate_limit:{tenant}} = requests a minute. */
  static Map<String, String> handWrittenKeys() {
    var out = new TreeMap<String, String>();
    policies().values().stream()
        .flatMap(List::stream)
        .filter(t -> !t.tenant().equals(WITHOUT_STATE))
        .forEach(t -> out.put("rate_limit:{" + t.tenant() + "}", perMinute(t.limits().getFirst())));
    return out;
  }

  private static String perMinute(Limit limit) {
    return String.valueOf(limit.requests() * 60 / limit.window().toSeconds());
  }

  private static TenantPolicy tenant(String name, String tier, Limit... limits) {
    var labels = new TreeMap<>(Map.of("tier", tier));
    return new TenantPolicy(
        name, labels, Optional.empty(), false, BackendFailureMode.DENY, List.of(limits));
  }

  private static Limit bucket(String service, long requests, long burst) {
    var match = RequestMatch.service(service);
    return Limit.tokenBucket(service, match, requests, MINUTE).admitting(requests, MINUTE, burst);
  }

  private static Limit window(String service, long requests) {
    var match = RequestMatch.service(service);
    return Limit.tokenBucket(service + "-long", match, requests, FIVE_MINUTES)
        .by(LimitAlgorithm.SLIDING_WINDOW);
  }
}
