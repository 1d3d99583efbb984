package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.List;

/** What an Envoy's bootstrap can't say of a policy set. */
final class EnvoyUnsupportedSettingFinder {
  /** Buckets of the local filter; the one used longest ago goes first. */
  static final int MOST_BUCKETS = 10_000;

  private EnvoyUnsupportedSettingFinder() {}

  static List<UnsupportedSetting> of(PolicySet set, Gateway gateway, GatewaySite site) {
    var losses = new ArrayList<>(UnsupportedSettingFinder.shared(set, gateway, site));
    losses.add(
        new UnsupportedSetting(
            "backstop",
            site.edge().backstop().stream()
                .mapToObj(rate -> backstop(gateway, rate))
                .findFirst()
                .orElse("none is configured: the rate limit service decides alone")));
    losses.add(
        new UnsupportedSetting(
            "probes",
            "a verified probe that is admitted reaches the upstream: Envoy can't "
                + "choose routes by the service's answer"));
    losses.add(
        new UnsupportedSetting(
            "identity of the file",
            "/.well-known/deployclaw answers any client, not only the agent"));
    losses.add(
        new UnsupportedSetting(
            "access log", "none is rendered: requests can't be counted again from it"));
    if (site.edge().paths() == PathStrictness.ENCODED_SLASH) {
      losses.add(new UnsupportedSetting("paths", "encoded slashes are always refused, with 400"));
    }
    if (gateway.identity() instanceof Gateway.Identity.Claim) {
      losses.add(
          new UnsupportedSetting(
              "identity",
              "a request with an invalid token gets 429, since the rate limit protocol "
                  + "has no 401; the token is an entry of the descriptor, so Envoy logs it "
                  + "at level trace"));
    }
    return losses;
  }

  private static String backstop(Gateway gateway, int rate) {
    return ("the local filter counts in this gateway alone, by %s, %d a second; beyond %d "
            + "buckets the oldest one is dropped, and starts full again")
        .formatted(UnsupportedSettingFinder.named(gateway), rate, MOST_BUCKETS);
  }
}
