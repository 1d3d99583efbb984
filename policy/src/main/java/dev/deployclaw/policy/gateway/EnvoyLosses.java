package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.List;

/** What an Envoy's bootstrap can't say of a policy set. */
final class EnvoyLosses {
  /** Buckets of the local filter; the one used longest ago goes first. */
  static final int MOST_BUCKETS = 10_000;

  private EnvoyLosses() {}

  static List<Loss> of(PolicySet set, Gateway gateway, Site site) {
    var losses = new ArrayList<>(Losses.shared(set, gateway, site));
    losses.add(
        new Loss(
            "backstop",
            site.edge().backstop().stream()
                .mapToObj(rate -> backstop(gateway, rate))
                .findFirst()
                .orElse("none is configured: the rate limit service decides alone")));
    losses.add(
        new Loss(
            "probes",
            "a verified probe that is admitted reaches the upstream: routes can't be chosen by"
                + " what the service answered"));
    losses.add(
        new Loss(
            "identity of the file",
            "/.well-known/deployclaw answers whoever asks, not only the agent"));
    losses.add(new Loss("access log", "none is rendered: requests can't be counted again from it"));
    if (site.edge().paths() == PathSpelling.ENCODED_SLASH) {
      losses.add(new Loss("paths", "encoded slashes are refused all the same, with 400"));
    }
    if (gateway.identity() instanceof Gateway.Identity.Claim) {
      losses.add(
          new Loss(
              "identity",
              "a request whose token isn't valid gets 429: the rate limit protocol has no 401; and"
                  + " the token is an entry of the descriptor, so it is in what Envoy logs of calls"
                  + " at level trace"));
    }
    return losses;
  }

  private static String backstop(Gateway gateway, int rate) {
    return ("the local filter counts in this gateway alone, by %s, %d a second; of more than %d the"
            + " oldest bucket goes, and starts full again")
        .formatted(Losses.named(gateway), rate, MOST_BUCKETS);
  }
}
