package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;

/** What a gateway's file can't say of a policy set. */
public final class UnsupportedSettingFinder {
  private UnsupportedSettingFinder() {}

  /**
   * Whether the file lets requests through when the rate limit service doesn't answer: only if
   * every tenant and every limit says so, since without the service nobody knows the tenant.
   */
  public static boolean opens(PolicySet set) {
    return !set.tenants().isEmpty()
        && set.tenants().values().stream().allMatch(UnsupportedSettingFinder::allows);
  }

  public static List<UnsupportedSetting> of(PolicySet set, Gateway gateway, GatewaySite site) {
    var losses = new ArrayList<>(shared(set, gateway, site));
    losses.add(new UnsupportedSetting("backstop", backstop(gateway, site.edge())));
    if (site.edge().paths() == PathStrictness.ENCODED_SLASH) {
      losses.add(
          new UnsupportedSetting(
              "paths",
              "an encoded slash counts as a slash where a limit names a route; an upstream may"
                  + " read it as part of a segment"));
    }
    return losses;
  }

  /** What no kind of gateway can say. */
  public static List<UnsupportedSetting> shared(PolicySet set, Gateway gateway, GatewaySite site) {
    var losses = new ArrayList<UnsupportedSetting>();
    mixedFailure(set, losses);
    if (held(set)) {
      losses.add(
          new UnsupportedSetting(
              "concurrency",
              "the gateway doesn't report the end of a request to the service: its "
                  + "slot is free again when its lease expires"));
    }
    if (gateway.identity() instanceof Gateway.Identity.Header(String name)
        && site.edge().trusted().isEmpty()) {
      losses.add(
          new UnsupportedSetting(
              "identity",
              "any client that reaches the listening port can set the header "
                  + name
                  + "; allow only the trusted hop to reach it, or set trusted"));
    }
    if (site.edge().paths() == PathStrictness.ANY) {
      losses.add(
          new UnsupportedSetting(
              "paths",
              "no spelling of a path is refused: an upstream that resolves paths "
                  + "differently may serve another route than the one that was limited"));
    }
    for (var route : gateway.routes()) {
      if (!site.upstreams().containsKey(route.service())) {
        losses.add(
            new UnsupportedSetting(
                "route " + route.prefix(),
                "no upstream is configured for " + route.service() + "; its requests get 404"));
      }
    }
    return losses;
  }

  private static boolean held(PolicySet set) {
    return set.tenants().values().stream()
        .flatMap(t -> t.limits().stream())
        .anyMatch(l -> l.algorithm() == LimitAlgorithm.CONCURRENCY);
  }

  private static String backstop(Gateway gateway, EdgePolicy edge) {
    return edge.backstop().isEmpty()
        ? "none is configured, so no limit_req is rendered: the rate limit service decides alone"
        : "limit_req counts in this gateway alone, by %s: %d a second"
            .formatted(named(gateway), edge.backstop().getAsInt());
  }

  /** By what a gateway itself tells requests apart. */
  public static String named(Gateway gateway) {
    return switch (gateway.identity()) {
      case Gateway.Identity.Host _, Gateway.Identity.Header _ ->
          "the tenant that the request names";
      case Gateway.Identity.Claim _ ->
          "the client's address, since only the rate limit service can read a token";
    };
  }

  private static void mixedFailure(PolicySet set, List<UnsupportedSetting> losses) {
    var allowing =
        set.tenants().values().stream()
            .filter(t -> t.onBackendFailure() == BackendFailureMode.ALLOW)
            .map(TenantPolicy::tenant)
            .toList();
    if (!allowing.isEmpty() && !opens(set)) {
      losses.add(
          new UnsupportedSetting(
              "onBackendFailure",
              "when the rate limit service doesn't answer, the gateway refuses all "
                  + "requests, although these policies say allow: "
                  + String.join(", ", allowing)));
    }
  }

  private static boolean allows(TenantPolicy tenant) {
    return tenant.onBackendFailure() == BackendFailureMode.ALLOW
        && tenant.limits().stream()
            .flatMap(l -> l.onBackendFailure().stream())
            .allMatch(f -> f == BackendFailureMode.ALLOW);
  }
}
