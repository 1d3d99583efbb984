package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;

/** What a gateway's file can't say of a policy set. */
final class Losses {
  private Losses() {}

  /**
   * Whether the file lets requests through when the rate limit service doesn't answer: only if
   * every tenant and every limit says so, since without the service nobody knows the tenant.
   */
  static boolean opens(PolicySet set) {
    return !set.tenants().isEmpty() && set.tenants().values().stream().allMatch(Losses::allows);
  }

  static List<Loss> of(PolicySet set, Gateway gateway, Site site) {
    var losses = new ArrayList<>(shared(set, gateway, site));
    losses.add(new Loss("backstop", backstop(gateway, site.edge())));
    if (site.edge().paths() == PathSpelling.ENCODED_SLASH) {
      losses.add(
          new Loss(
              "paths",
              "an encoded slash counts as a slash where a limit names a route; an upstream may"
                  + " read it as part of a segment"));
    }
    return losses;
  }

  /** What no kind of gateway can say. */
  static List<Loss> shared(PolicySet set, Gateway gateway, Site site) {
    var losses = new ArrayList<Loss>();
    mixedFailure(set, losses);
    if (held(set)) {
      losses.add(
          new Loss(
              "concurrency",
              "the gateway doesn't tell the service when a request has ended: its place comes back"
                  + " when its lease ends"));
    }
    if (gateway.identity() instanceof Gateway.Identity.Header(String name)
        && site.edge().trusted().isEmpty()) {
      losses.add(
          new Loss(
              "identity",
              "whoever reaches the listening port can set the header "
                  + name
                  + "; only the trusted hop may reach it, or say trusted"));
    }
    if (site.edge().paths() == PathSpelling.ANY) {
      losses.add(
          new Loss(
              "paths",
              "no spelling of a path is refused: an upstream that resolves paths in another way"
                  + " serves what was judged as something else"));
    }
    for (var route : gateway.routes()) {
      if (!site.upstreams().containsKey(route.service())) {
        losses.add(
            new Loss(
                "route " + route.prefix(),
                "no upstream is configured for " + route.service() + "; its requests get 404"));
      }
    }
    return losses;
  }

  private static boolean held(PolicySet set) {
    return set.tenants().values().stream()
        .flatMap(t -> t.limits().stream())
        .anyMatch(l -> l.algorithm() == Algorithm.CONCURRENCY);
  }

  private static String backstop(Gateway gateway, Edge edge) {
    return edge.backstop().isEmpty()
        ? "none is configured, so no limit_req is rendered: the rate limit service decides alone"
        : "limit_req counts in this gateway alone, by %s: %d a second"
            .formatted(named(gateway), edge.backstop().getAsInt());
  }

  /** By what a gateway itself tells requests apart. */
  static String named(Gateway gateway) {
    return switch (gateway.identity()) {
      case Gateway.Identity.Host _, Gateway.Identity.Header _ ->
          "what a request says of its tenant";
      case Gateway.Identity.Claim _ ->
          "the client's address, since only the rate limit service can read a token";
    };
  }

  private static void mixedFailure(PolicySet set, List<Loss> losses) {
    var allowing =
        set.tenants().values().stream()
            .filter(t -> t.onBackendFailure() == BackendFailure.ALLOW)
            .map(TenantPolicy::tenant)
            .toList();
    if (!allowing.isEmpty() && !opens(set)) {
      losses.add(
          new Loss(
              "onBackendFailure",
              "when the rate limit service doesn't answer, the file closes for everybody, "
                  + "although these say allow: "
                  + String.join(", ", allowing)));
    }
  }

  private static boolean allows(TenantPolicy tenant) {
    return tenant.onBackendFailure() == BackendFailure.ALLOW
        && tenant.limits().stream()
            .flatMap(l -> l.onBackendFailure().stream())
            .allMatch(f -> f == BackendFailure.ALLOW);
  }
}
